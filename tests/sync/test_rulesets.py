"""Rule sets of the municipality: published once, on every device after its next sync, and never harming the rules it has."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from fieldtui.base.canonical import canonical_json
from fieldtui.base.clock import SystemClock, today
from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.bootstrap import main
from fieldtui.central.rulesets import listed, publish, shown
from fieldtui.central.schema import ruleset
from fieldtui.cli.doctor import rules_finding
from fieldtui.domain.rulebook import builtin
from tests.sync.office import Device, Office

RULE = "jobsamtale.local_interval_days"
FILE = f"""
[[rule]]
id = "{RULE}"
version = 2
kind = "deadline"
level = "local"
label = "Næste jobsamtale"
source = "Kommunens beslutning"
valid_from = 2027-01-01
confirmed_on = 2026-11-20
params = {{ from = "starts_at", days = 21 }}

[[codes.district]]
code = "nordhavn"
label = "Nordhavn"
"""
NEW_YEAR = date(2027, 1, 1)


def days(device: Device, on: date) -> tuple[int, int]:
    rule = device.workspace._context.rules.on(RULE, on)
    assert rule is not None
    return rule.version, rule.params["days"]


def test_a_published_rule_counts_on_every_device_from_its_day_and_moves_no_old_deadline(office: Office) -> None:
    first, second = office.device("MH"), office.device("TB")
    made = publish(office.database, FILE, "kommunen.toml", "kommunen")
    assert (made.name, made.version, made.changed) == ("kommunen", 1, True)
    for device in (first, second):
        assert days(device, NEW_YEAR) == (1, 28)
        report = device.sync()
        assert report.finished
        assert days(device, date(2026, 12, 31)) == (1, 28)
        assert days(device, NEW_YEAR) == (2, 21)
        book = device.workspace._context.rules
        assert book.get(RULE, 1) is not None  # what a record was judged by is still known
        assert book.codes("district")["nordhavn"] == "Nordhavn"
        assert book.codes("district").keys() > builtin().codes("district").keys()


CONFIRMED = """
[[rule]]
id = "jobsamtale.local_interval_days"
version = 1
kind = "deadline"
level = "local"
label = "Næste jobsamtale"
source = "Teamets egen norm"
valid_from = 2020-01-01
confirmed_on = 2026-11-23
confirmed_by = "Teamets leder"
params = { from = "starts_at", days = 28 }
"""


def test_a_rule_the_municipality_confirms_is_confirmed_on_a_device_after_its_sync(office: Office) -> None:
    device, on = office.device("MH"), date(2026, 11, 24)
    waiting = {rule.id for rule in device.workspace.rules.unconfirmed(on)}
    assert RULE in rules_finding(device.workspace.rules, on).text
    publish(office.database, CONFIRMED, "kommunen.toml", "kommunen")
    assert device.sync().finished
    assert {rule.id for rule in device.workspace.rules.unconfirmed(on)} == waiting - {RULE}
    text = rules_finding(device.workspace.rules, on).text
    assert RULE not in text
    assert "jobsamtale.first 3" in text  # of the law that is expected
    assert days(device, on) == (1, 28)


def test_a_sync_asks_for_rules_once_and_for_none_where_there_are_none(office: Office) -> None:
    device = office.device()
    device.sync()
    assert not any("rules" in each for each in device.network.seen)
    publish(office.database, FILE, "kommunen.toml", "kommunen")
    publish(
        office.database, FILE.replace("days = 21", "days = 14").replace("version = 2", "version = 3"), "k", "kommunen"
    )
    device.network.seen.clear()
    device.sync()
    assert [each for each in device.network.seen if "rules" in each] == [
        "GET /v1/rules/kommunen/1", "GET /v1/rules/kommunen/2",
    ]  # fmt: skip
    assert days(device, NEW_YEAR) == (3, 14)
    device.network.seen.clear()
    assert device.sync().requests == 1
    assert device.network.seen == ["GET /v1/changes"]


def test_rules_that_did_not_arrive_are_asked_for_with_the_next_sync(office: Office) -> None:
    device = office.device()
    publish(office.database, FILE, "kommunen.toml", "kommunen")
    device.network.lose_response = lambda request: "/v1/rules/" in str(request.url)
    assert device.sync().finished
    assert days(device, NEW_YEAR) == (1, 28)
    device.network.lose_response = lambda _request: False
    device.sync()
    assert days(device, NEW_YEAR) == (2, 21)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (FILE.replace("label", "lable"), "label"),
        (FILE.replace("version = 2", "version = 1"), "version 1"),
        (FILE.replace("[[rule]]", "[[rule"), "TOML"),
        (FILE.replace("days = 21", "days = -1"), RULE),
        ("", "ingen regler"),
        ("[[codes.x]]\n" + "\n".join(f'[[codes.x]]\ncode="c{n}"\nlabel="{"l" * 60}"' for n in range(3_000)), "label"),
    ],
)
def test_a_file_that_no_rule_file_can_be_is_refused_before_anybody_has_it(office: Office, bad: str, said: str) -> None:
    with pytest.raises(BadFile) as refused:
        publish(office.database, bad, "kommunen.toml", "kommunen")
    assert said in refused.value.reason
    assert listed(office.database) == ()


def test_the_same_file_again_is_no_new_version_and_a_known_rule_is_never_rewritten(office: Office) -> None:
    publish(office.database, FILE, "kommunen.toml", "kommunen")
    again = publish(office.database, FILE, "kommunen.toml", "kommunen")
    assert (again.version, again.changed) == (1, False)
    with pytest.raises(BadFile):
        publish(office.database, FILE.replace("days = 21", "days = 7"), "x.toml", "another")
    with pytest.raises(BadUsage):
        publish(office.database, FILE, "x.toml", "Et Navn")
    assert [(each.name, each.version) for each in listed(office.database)] == [("kommunen", 1)]


def test_rules_without_a_day_of_their_own_count_from_the_day_that_is_given(office: Office) -> None:
    without = FILE.replace("valid_from = 2027-01-01\n", "")
    with pytest.raises(BadFile):
        publish(office.database, without, "kommunen.toml", "kommunen")
    publish(office.database, without, "kommunen.toml", "kommunen", begins=date(2027, 3, 1))
    _made, document = shown(office.database, "kommunen")
    assert document["rule"][0]["valid_from"] == "2027-03-01"
    with pytest.raises(BadUsage):
        shown(office.database, "none")


def test_a_bad_set_leaves_the_old_rules_in_force_and_can_be_seen(office: Office) -> None:
    device = office.device()
    publish(office.database, FILE, "kommunen.toml", "kommunen")
    device.sync()
    # The office's checks were got round: what a broken or newer central system might send.
    publish(office.database, FILE.replace("version = 2", "version = 3"), "kommunen.toml", "kommunen")
    evil: dict[str, Any] = {"rule": [{"id": RULE, "version": 3, "does": "not hold"}]}
    with office.database.transaction() as connection:
        connection.execute(
            update(ruleset)
            .where(ruleset.c.version == 2)
            .values(text=json.dumps(evil), sha256=hashlib.sha256(canonical_json(evil)).hexdigest())
        )
    device.network.seen.clear()
    assert device.sync().finished
    assert days(device, NEW_YEAR) == (2, 21)
    ((_n, _v, fine), (name, version, refused)) = device.workspace.published_rules
    assert fine is None
    assert (name, version) == ("kommunen", 2)
    assert refused is not None
    device.network.seen.clear()
    device.sync()
    assert device.network.seen == ["GET /v1/changes"]  # it is not asked for again


def test_a_set_that_was_changed_on_the_way_is_not_taken(office: Office) -> None:
    device = office.device()
    publish(office.database, FILE, "kommunen.toml", "kommunen")

    def change(
        request: httpx2.Request, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        return status, headers, body[:-1] + b" }" if "/v1/rules/" in str(request.url) else body

    device.network.change = change
    assert device.sync().finished
    assert days(device, NEW_YEAR) == (1, 28)
    device.network.change = None
    device.sync()
    assert days(device, NEW_YEAR) == (2, 21)


def test_publishing_from_the_command_line(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kommunen-2027.toml"
    file.write_text(FILE.replace("valid_from = 2027-01-01\n", ""), encoding="utf-8")
    where = ("--database-url", office.database._url_of(str(office.database._engine.url.database)))

    def run(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main(("central", "rules", *words, *where)) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    assert json.loads(run("publish", str(file), "--from", "2027-01-01", "--json"))["name"] == "kommunen-2027"
    assert RULE in run("show", "kommunen-2027")
    assert json.loads(run("list", "--json"))[0]["rules"] == [f"{RULE} 2 · 2027-01-01"]
    file.write_text(FILE.replace("source", "sorce"), encoding="utf-8")
    assert "source" in run("publish", str(file), code=2)
    run("publish", str(tmp_path / "none.toml"), code=2)
    run("show", "none", code=2)


def test_a_file_is_looked_at_before_anybody_has_it(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = (today(SystemClock()) - timedelta(days=3)).isoformat()
    office.citizen(enrolled_on=began, visitation_category="aktivitetsparat")
    office.citizen(enrolled_on="2026-01-05", visitation_category="uddannelsesparat")
    file = tmp_path / "kommunen.toml"
    rule = (
        FILE.replace(RULE, "jobsamtale.first").replace("version = 2", "version = 90").replace("days = 21", "days = 2")
    )
    file.write_text(rule.replace("2027-01-01", began), encoding="utf-8")
    where = ("--database-url", office.database._url_of(str(office.database._engine.url.database)))

    def run(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main(("central", "rules", "check", str(file), *words)) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    found = json.loads(run(*where, "--json"))
    assert [(each["id"], each["version"], each["change"]) for each in found["rules"]] == [
        ("jobsamtale.first", 90, "version")
    ]
    assert (found["citizens"], found["codes"]) == (2, ["district.nordhavn"])
    (moved,) = found["deadlines"]["changed"]
    assert (moved["rule_id"], moved["change"]) == ("jobsamtale.first", "moved")
    assert date.fromisoformat(moved["from"]) - date.fromisoformat(moved["to"]) == timedelta(days=5)
    said = run(*where)
    assert "Intet er udgivet" in said
    assert moved["call_code"] in said
    assert "Aslan" not in said
    assert "vælg en database" in run()
    assert listed(office.database) == ()

    file.write_text(rule.replace("source", "sorce"), encoding="utf-8")
    for words in ((), where):
        told = run(*words, code=2)
        assert "sorce" in told
        assert "source" in told
    file.write_text(rule.replace("version = 90", "version = 1"), encoding="utf-8")
    assert "siger noget andet" in run(*where, code=2)
    assert listed(office.database) == ()
