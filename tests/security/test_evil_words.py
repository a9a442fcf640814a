"""What a central system says past the models (staff, reasons, codes nobody knows) steers neither screens nor commands."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from fieldtui import bootstrap
from fieldtui.store.inbox import Inbox, Page
from fieldtui.tui.routes import ROUTES
from fieldtui.wire.messages import PageStart, Person, RecordLine
from tests.support.vaults import PHRASE
from tests.tui.support import NOW, Caseload, a_caseload
from tests.tui.terminals import Terminal
from tests.tui.test_hostile import _POINTER, EVIL, visit

WHEN = "2026-11-23T07:00:00+00:00"
ALL = " ".join(EVIL)


def record(collection: str, citizen: str | None, **body: Any) -> RecordLine:
    import uuid

    record_id = str(uuid.uuid4())
    scope = "team" if citizen is None else f"citizen:{citizen}"
    owner = {} if citizen is None else {"citizen_id": citizen}
    return RecordLine(
        collection=collection, id=record_id, scope=scope, rev=1, seq=1, body={**owner, **body}, author="evil",
        received_at=WHEN, recorded_at=WHEN,
    )  # fmt: skip


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Caseload:
    load = a_caseload(tmp_path_factory.mktemp("words"))
    store = load.workspace.store
    casework = load.workspace.casework
    casework.create("citizen", {"given_name": "click", "family_name": "Alle", "enrolled_on": "2026-11-09"})
    casework.create("company", {"name": "click"})
    rows = load.workspace.lookup.citizens(NOW.date())
    clicked = next(row for row in rows if "click" in row.full_name)
    lines = []
    for row, word in [*zip(rows, EVIL * 9, strict=False), *((clicked, word) for word in EVIL)]:
        lines += [
            record("referral", row.id, basis=word, requested_on="2026-11-20", provider=word, note=word),
            record("consent", row.id, recipient=word, form=word, direction=word, given_on="2026-11-01"),
            record("note", row.id, text=word, written_at="2026-11-23T08:00:00+01:00", kind=word, author="evil"),
            record("appointment", row.id, starts_at="2026-11-23T10:00:00+01:00", duration_minutes=30, kind=word,
                   status=word, place=word, consultant_id="evil", practical_needs=[word], form=word),
            record("task", row.id, title=word, due_on="2026-11-23", kind=word, status=word),
            record("placement", row.id, kind=word, starts_on="2026-11-01", job_title=word, company_id=word),
            record("activation", row.id, kind=word, starts_on="2026-11-01", title=word),
            record("progression", row.id, on="2026-11-01", area=word, kind=word),
            record("job_lead", row.id, company_id=word, status=word),
        ]  # fmt: skip
    start = PageStart(
        server_time=WHEN, lease_until="2027-01-01T00:00:00+00:00", lease_warn_after="2027-01-01T00:00:00+00:00",
        notices=tuple(EVIL), people=tuple(
            Person(id="evil" if number == 0 else f"e{number}", initials=word[:20], name=word, role="consultant")
            for number, word in enumerate([ALL[:150], *EVIL])
        ),
    )  # fmt: skip
    Inbox(store).apply_page(Page(start, tuple(lines), "c", more=False), cursor=None)
    with store.transaction() as connection:
        store.set_meta("organisation", ALL)
        first = load.workspace.lookup.list("note")[0]
        for number, word in enumerate(EVIL):
            connection.execute(
                "INSERT INTO outbox (op_id, record_id, collection, scope, base_rev, kind, body, recorded_at, state, reason, field)"
                " VALUES (?, ?, 'note', ?, 1, 'put', '{}', ?, 'rejected', ?, ?)",
                (f"op{number}", first.id, f"citizen:{rows[0].id}", WHEN, word, word),
            )
            connection.execute(
                "INSERT INTO conflict (id, record_id, collection, scope, fields, base, mine, theirs, mine_at, theirs_at,"
                " theirs_by, created_at) VALUES (?, ?, 'citizen', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (f"c{number}", rows[0].id, f"citizen:{rows[0].id}", json.dumps(["phone"]), json.dumps({"phone": word}),
                 json.dumps({"phone": word}), json.dumps({"phone": word}), WHEN, WHEN, "evil", WHEN),
            )  # fmt: skip
        connection.execute(
            "UPDATE record SET annulled = ? WHERE id = ?",
            (json.dumps({"reason": ALL, "at": WHEN, "by": "evil"}), first.id),
        )
    return load


def harmless(text: str) -> None:
    bad = {char for char in text if (ord(char) < 32 and char not in "\r\n") or 0x7F <= ord(char) < 0xA0}
    assert not bad
    assert "\u202e" not in text


@pytest.mark.parametrize("screen", ROUTES)
async def test_no_screen_obeys_what_comes_past_the_models(evil: Caseload, screen: str) -> None:
    harmless(await visit(evil, screen, (140, 45)))


_STEERING = re.compile(r"\x1b\]|[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]|[\u202a-\u202e\u2066-\u2069]|\x1b[PX^_]")
"""What no screen of ours writes: an OSC, a control, a bidi override, a string to the terminal."""

_UNGUARDED = """
import sys
import fieldtui.base.text as text
text.clean = lambda said, **_rest: said
"""
_START = "from fieldtui import bootstrap; sys.exit(bootstrap.main(sys.argv[1:]))"


def walked(load: Caseload, secret: Path, code: str, *, card: bool) -> str:
    """Every byte that a walk through the screens writes to a real terminal."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}
    words = ["--worker", "--data-dir", str(load.workspace.folder), "--passphrase-file", str(secret)]
    with Terminal(
        [sys.executable, "-c", code + _START, *words], environment=environment, columns=140, rows=45
    ) as shown:
        shown.until("Kræver handling")
        shown.type("6")
        shown.until("konflikter")
        shown.settle(0.2)
        if card:
            shown.type("2")
            shown.until("Borgere ·")
            shown.settle(0.2)
            shown.type(b"\r")
            shown.until("Overblik")
            shown.type(b"\x1b[C")
            shown.settle(0.2)
            shown.type(b"\x11")
            assert shown.wait() == 0
        return _POINTER.sub("", bytes(shown.raw).decode("utf-8", "replace"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_no_byte_of_theirs_steers_a_real_terminal(evil: Caseload, tmp_path: Path) -> None:
    evil.workspace.close()
    secret = tmp_path / "pw"
    secret.write_text(PHRASE, encoding="utf-8")
    written = walked(evil, secret, "import sys\n", card=True)
    assert "SU5KRUNURUQ" in written  # their words were on the screens, as words
    assert _STEERING.findall(written) == []
    # The control: with the gate open, the same walk sets the clipboard and the title.
    assert "\x1b]52;c;SU5KRUNURUQ=\x07" in walked(evil, secret, _UNGUARDED, card=False)


def test_no_command_prints_a_code_that_steers_a_terminal(evil: Caseload, tmp_path: Path) -> None:
    evil.workspace.close()
    secret = tmp_path / "pw"
    secret.write_text(PHRASE, encoding="utf-8")
    whole = ""
    for words in (
        *(("list", name, "--all") for name in ("citizen", "note", "appointment", "referral", "consent", "task", "placement", "job_lead", "activation", "progression", "company")),
        ("today", "--date", "2026-11-23"), ("outbox", "list"), ("conflicts", "list"), ("search", "klik"), ("status",), ("doctor",), ("log", "verify"),
        ("list", "note", "--all", "--json"), ("search", "klik", "--json"), ("log", "show"), ("log", "show", "--json"),
        ("conflicts", "list", "--json"), ("outbox", "list", "--json"), ("doctor", "--crash"),
        ("list", "[@click=app.leave()]\x1b]0;x\x07"), ("show", "\x1b[2J"), ("nothing\x1b[2J\x9b",),
    ):  # fmt: skip
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            bootstrap.main([*words, "--data-dir", str(evil.workspace.folder), "--passphrase-file", str(secret)])
        harmless(out.getvalue())
        harmless(err.getvalue())
        whole += out.getvalue()
    assert "klik" in whole  # the control: the texts were there, without what steers
    assert sys.stdout is not None
