"""`fieldtui team …` and `fieldtui central lost`: the leader's hand by commands, on a leader's vault against a real office."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldtui import bootstrap
from fieldtui.base.clock import COPENHAGEN
from fieldtui.central import administration
from fieldtui.central.acting import written_down
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.store import MetaKey
from tests.support.vaults import PHRASE
from tests.sync.office import TickingClock, open_office


def test_a_leader_does_everything_by_commands(
    postgres: EmbeddedPostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(COPENHAGEN)  # the commands know no other clock than the machine's
    secret = tmp_path / "adgang.txt"
    secret.write_text(PHRASE, "utf-8")
    with open_office(postgres, tmp_path, TickingClock(now)) as office:
        administration.add_consultant(office.database, "SK", "Sara Kanal")
        administration.add_consultant(office.database, "LE", "Lone Ebbesen", "leader")
        ill = [office.citizen("TB", given_name=name) for name in ("Ali", "Ida", "Maja")]
        mh, device = office.device("MH"), office.device("LE")
        run = runner(device.workspace.folder, secret, capsys)

        team = run("team")
        assert team["fresh"] is True
        assert {each["initials"]: each["citizens"] for each in team["colleagues"]} == {
            "MH": 0,
            "SK": 0,
            "TB": 3,
            "LE": 0,
        }
        codes = {each["id"]: each["code"] for each in team["citizens"]}
        until = (now + timedelta(days=2)).date().isoformat()
        done = run("team", "substitute", "tb", "--cover", "MH", "--cover", "SK", "--until", until,
                   "--citizen", f"{codes[ill[0]]}=SK", "--citizen", codes[ill[1]])  # fmt: skip
        assert done["changed"] == 2
        assert {each["citizen_id"]: each["consultant"] for each in done["covers"]} == {ill[0]: "SK", ill[1]: "MH"}
        assert run("team", "handover", "--from", "TB", "--to", "MH", "--citizen", codes[ill[2]])["changed"] == 1
        assert len(run("team", "code", "SK")["code"]) == 9
        sheet = tmp_path / "ark.txt"
        lost = mh.workspace.status().device_id
        assert run("team", "lost", str(lost), "--reason", "Glemt", "--output", str(sheet))["changed"] is True
        assert "Mette Holm (MH)" in sheet.read_text("utf-8")
        assert run("team", "revoke", str(lost), "--reason", "Glemt")["changed"] is False
        assert [row.action for row in written_down(office.database)] == [
            "substitute", "substitute", "hand-over", "enrol-code", "lost", "revoke", "lost-sheet",
        ]  # fmt: skip

        for words, sentence in (
            (("team", "substitute", "TB", "--cover", "XX", "--until", until), "XX"),
            (("team", "substitute", "TB", "--cover", "MH", "--until", "i morgen"), "--until"),
            (("team", "handover", "--from", "SK", "--to", "MH"), "SK har ingen"),
            (("team", "approve", "ABCD-EFGH"), "Ingen maskine venter"),
            (("team", "lost", "ikke-en-maskine", "--reason", "x"), "findes ikke"),
        ):
            assert run(*words, exit_code=2, said=sentence) is None

        url = office.database._engine.url.render_as_string(hide_password=False)
        central = runner(None, secret, capsys)
        told = central("central", "lost", str(lost), "--database-url", url)
        assert (told["consultant"]["initials"], told["device"]["lost_at"] is not None) == ("MH", True)
        assert [each["by"] for each in central("central", "acts", "--database-url", url)] == [*["LE"] * 7, None]
        device.workspace.store.set_meta(MetaKey.SERVER_URL, "http://127.0.0.1:9")  # where nobody answers
        assert run("team")["fresh"] is False
        assert run("team", "code", "SK", exit_code=4, said="kræver net") is None


def runner(folder: Path | None, secret: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs a command in this process; answers its JSON, or `None` after an exit code that was expected."""

    def run(*words: str, exit_code: int = 0, said: str = "") -> Any:
        given = [] if folder is None else ["--data-dir", str(folder), "--passphrase-file", str(secret)]
        capsys.readouterr()
        assert bootstrap.main([*words, "--json", *given]) == exit_code, capsys.readouterr().err
        out, err = capsys.readouterr()
        assert said in err
        return json.loads(out) if exit_code == 0 else None

    return run
