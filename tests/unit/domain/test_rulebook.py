"""Rules and code lists are dated data; a slip in a file is told by rule and nearest key."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import set_language
from fieldtui.domain.records import COLLECTIONS, fields_of
from fieldtui.domain.rulebook import FILES, RuleBook, builtin, merged, parse

ON = date(2026, 11, 24)
ONE = """
[[rule]]
id = "jobsamtale.first"
version = 1
kind = "deadline"
level = "legal"
label = "Første jobsamtale"
source = "LAB § 31"
valid_from = 2020-01-01
valid_to = 2026-06-30
confirmed_on = ""
params = { from = "enrolled_on", days = 7 }
"""
TWO = ONE.replace("version = 1", "version = 2").replace("valid_from = 2020-01-01", "valid_from = 2026-07-01").replace("valid_to = 2026-06-30\n", "").replace("days = 7", "days = 10")  # fmt: skip


def complaint(text: str) -> str:
    with pytest.raises(BadFile) as caught:
        parse(text, "law.toml")
    assert caught.value.file == "law.toml"
    return caught.value.reason


def test_the_version_in_force_on_the_triggering_day_counts() -> None:
    book = parse(ONE + TWO, "law.toml")
    before, after = book.on("jobsamtale.first", date(2026, 6, 30)), book.on("jobsamtale.first", date(2026, 7, 1))
    assert before is not None
    assert after is not None
    assert (before.version, before.params["days"]) == (1, 7)
    assert (after.version, after.params["days"]) == (2, 10)
    assert book.on("jobsamtale.first", date(2019, 12, 31)) is None
    assert book.value("jobsamtale.first", ON) == 10
    assert book.value("no.such.rule", ON, 3) == 3
    assert book.versions() == {"jobsamtale.first": 2}


def test_an_old_version_can_still_be_looked_up() -> None:
    book = parse(ONE + TWO, "law.toml")
    old = book.get("jobsamtale.first", 1)
    assert old is not None
    assert old.params == {"from": "enrolled_on", "days": 7}
    assert book.get("jobsamtale.first", 3) is None


def test_a_rule_without_a_date_of_confirmation_is_unconfirmed() -> None:
    book = parse(TWO, "law.toml")
    assert [rule.id for rule in book.unconfirmed(ON)] == ["jobsamtale.first"]
    confirmed = parse(TWO.replace('confirmed_on = ""', 'confirmed_on = 2026-08-01\nconfirmed_by = "BIF"'), "law.toml")
    assert confirmed.unconfirmed(ON) == ()


def test_a_rule_that_ran_out_with_none_after_it_is_expired() -> None:
    assert [rule.version for rule in parse(ONE, "law.toml").expired(ON)] == [1]
    assert parse(ONE + TWO, "law.toml").expired(ON) == ()
    assert parse(ONE, "law.toml").expired(date(2026, 6, 30)) == ()


def test_a_rule_that_is_switched_off_counts_on_no_day() -> None:
    assert builtin().on("hours225", date(2020, 1, 1)) is None
    assert builtin().get("hours225", 1) is not None


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("days = 7", "dayz = 7", "jobsamtale.first: nøglen dayz findes ikke. Mente du days?"),
        ("label =", "lable =", "nøglen lable findes ikke. Mente du label?"),
        ("[[rule]]", "[[rules]]", "nøglen rules findes ikke. Mente du rule?"),
        ("label =", "zzzzzzzz =", "nøglen zzzzzzzz findes ikke. Fjern den."),
        ('level = "legal"\n', "", "jobsamtale.first: nøglen level mangler."),
        ('kind = "deadline"', 'kind = "frist"', "jobsamtale.first: værdien af kind kan ikke bruges."),
        ("valid_from = 2020-01-01", 'valid_from = "2020"', "værdien af valid_from kan ikke bruges."),
        ("days = 7", "days = -1", "værdien af days kan ikke bruges."),
        ('id = "jobsamtale.first"\n', "", "rule 1: nøglen id mangler."),
    ],
)
def test_a_slip_is_told_by_rule_and_nearest_key(old: str, new: str, part: str) -> None:
    assert part in complaint(ONE.replace(old, new, 1))


def test_broken_toml_is_told_by_line() -> None:
    with pytest.raises(BadFile) as caught:
        parse(ONE.replace("version = 1", "version ="), "law.toml")
    assert caught.value.line == 4


def test_the_same_version_or_code_twice_is_refused() -> None:
    assert "står to gange" in complaint(ONE + ONE)
    twice = '[[codes.district]]\ncode = "a"\nlabel = "A"\n' * 2
    assert "district: koden a står to gange." in complaint(twice)


def test_unknown_codes_show_raw_and_closed_ones_keep_their_meaning() -> None:
    book = builtin()
    assert book.label("visitation_category", "code_from_2027") == "code_from_2027"
    assert book.label("no_such_list", "x") == "x"
    assert "ressourceforloeb" not in book.codes("discharge_reason", ON)
    assert "ressourceforloeb" in book.codes("discharge_reason", date(2025, 12, 31))
    assert book.label("discharge_reason", "ressourceforloeb") == "Ressourceforløb"
    set_language("en")
    assert book.label("discharge_reason", "ressourceforloeb") == "Resource programme"


@pytest.mark.parametrize(
    ("list_name", "text", "code"),
    [
        ("district", "Bavnehøj", "bavnehoej"),
        ("district", "BAVNEHØJ ", "bavnehoej"),
        ("discharge_reason", "ønsker ikke", "oensker_ikke"),
        ("discharge_reason", "Ønsker ikke at deltage", "oensker_ikke"),
        ("progression_area", "økonomi", "oekonomi"),
        ("benefit", "Kontanthjælp", "kontanthjaelp"),
        ("benefit", "Ny ydelse 2027", "ny_ydelse_2027"),
    ],
)
def test_a_text_finds_its_code(list_name: str, text: str, code: str) -> None:
    assert builtin().code_of(list_name, text) == code


def test_every_list_that_a_field_names_exists_and_every_code_is_plain_ascii() -> None:
    book = builtin()
    for model in COLLECTIONS.values():
        for info in fields_of(model).values():
            if info.codes:
                assert book.codes(info.codes), info.codes
    for codes in book.lists.values():
        for each in codes:
            assert each.code == book.code_of("none", each.code)


def test_every_rule_file_of_the_package_is_read() -> None:
    folder = files("fieldtui").joinpath("rules")
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")]
    names += [
        f"programmes/{entry.name}" for entry in folder.joinpath("programmes").iterdir() if entry.name.endswith(".toml")
    ]
    names += [
        f"fidelity/{entry.name}" for entry in folder.joinpath("fidelity").iterdir() if entry.name.endswith(".toml")
    ]
    assert sorted(names) == sorted(FILES)


def test_no_two_versions_of_a_rule_count_on_the_same_day() -> None:
    rules = builtin().rules
    for one in rules:
        for other in rules:
            if (one.id, one.programme) == (other.id, other.programme) and one.version < other.version:
                assert one.valid_to is not None
                assert one.valid_to < other.valid_from


def test_the_programme_profile_holds_the_memos_figures() -> None:
    book = builtin()
    profile = book.profile("ips-sydhavnen")
    assert profile is not None
    assert (profile.min_age, set(profile.districts)) == (30, {"sydhavnen", "bavnehoej"})
    values = {
        name: book.value(name, ON)
        for name in ("kpi.exit_target", "kpi.progress_target", "caseload.norm", "employer_contacts.per_week")
    }
    assert values == {
        "kpi.exit_target": 0.25,
        "kpi.progress_target": 0.5,
        "caseload.norm": 25,
        "employer_contacts.per_week": 6,
    }
    assert book.profile("unknown") is None


def test_a_programmes_own_rule_goes_before_the_one_for_everyone() -> None:
    general = (
        ONE.replace("jobsamtale.first", "caseload.norm")
        .replace("valid_to = 2026-06-30\n", "")
        .replace('from = "enrolled_on", days = 7', "value = 50")
    )
    head = '[programme]\nid = "p{0}"\nlabel = "P"\nversion = 1\nsource = "S"\nvalid_from = 2020-01-01\n'
    own = head.format(1) + general.replace("value = 50", "value = 20")
    both: RuleBook = merged([parse(general, "law.toml"), parse(own, "p1.toml"), parse(head.format(2), "p2.toml")])
    found = {name: both.on("caseload.norm", ON, programme=name) for name in ("p1", "p2", None)}
    assert {name: rule.params["value"] if rule else None for name, rule in found.items()} == {
        "p1": 20,
        "p2": 50,
        None: 50,
    }
