"""Search finds Danish names in any spelling, and never what it must not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldtui.domain.records import Citizen
from fieldtui.services.workspace import Workspace
from fieldtui.store.searching import index_again, match_expression, spell
from tests.support.bodies import texts
from tests.support.workspaces import add_citizen, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("search")) as opened:
        add_citizen(opened, "Øjvind", "Ågård", cpr="670265-1234", phone="87654321")
        add_citizen(opened, "José", "Dağ-Müller")
        hidden = add_citizen(
            opened,
            "Karen",
            "Juhl",
            address_protected=True,
            address="Hemmelivej 7",
            city="Skjultborg",
            postal_code="9999",
        )
        opened.casework.write_note(hidden, "Mødte glad op.\nVil gerne i køkken, helst formiddag.")
        opened.casework.create("company", {"name": "Café Solsort", "trade": "Café", "notes": "Smørrebrød om fredagen"})
        yield opened


def titles(workspace: Workspace, text: str) -> list[str]:
    return [hit.title for hit in workspace.lookup.search(text)]


@pytest.mark.parametrize(
    "text",
    ["Ågård", "aagaard", "ågård", "agard", "AGAARD", "øjvind", "oejvind", "ojvind", "OJV", "ågå øjv", "87654321"],
)
def test_a_name_is_found_in_every_spelling_and_by_its_beginning(workspace: Workspace, text: str) -> None:
    assert titles(workspace, text) == ["Øjvind Ågård"]


@pytest.mark.parametrize("text", ["jose", "JOSÉ", "dag", "muller", "müller"])
def test_accents_of_other_languages_do_not_matter(workspace: Workspace, text: str) -> None:
    assert titles(workspace, text) == ["José Dağ-Müller"]


def test_all_words_must_be_there_in_any_order(workspace: Workspace) -> None:
    assert titles(workspace, "formiddag koekken") == ["Notat · Karen J."]
    assert titles(workspace, "formiddag lager") == []


def test_a_hit_shows_the_place_on_one_line(workspace: Workspace) -> None:
    [hit] = workspace.lookup.search("formiddag")
    assert "formiddag" in hit.snippet
    assert "\n" not in hit.snippet
    assert len(hit.snippet) < 100


def test_a_whole_cpr_number_finds_its_citizen_and_a_part_finds_nobody(workspace: Workspace) -> None:
    assert titles(workspace, "670265-1234") == titles(workspace, "6702651234") == ["Øjvind Ågård"]
    assert titles(workspace, "670265") == titles(workspace, "1234") == []
    with workspace.store.reading() as connection:
        words = [row[0] for row in connection.execute("SELECT folded FROM search")]
    assert not any("670265" in text for text in words)


@pytest.mark.parametrize("text", ["hemmelivej", "skjultborg", "9999"])
def test_a_protected_address_is_not_found(workspace: Workspace, text: str) -> None:
    assert titles(workspace, text) == []


def test_protecting_an_address_takes_it_out_of_the_index(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen = add_citizen(workspace, address="Hemmelivej 7")
        assert titles(workspace, "hemmelivej")
        workspace.casework.update(citizen, {"address_protected": True})
        assert titles(workspace, "hemmelivej") == []


def test_records_indexed_again_together_leave_none_of_their_former_words(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as opened:
        for number in range(5):
            add_citizen(opened, f"Fornavn{number}", "Gammel")
        key = opened.store.vault.audit_key
        with opened.store.transaction() as connection:
            numbers = [
                row[0] for row in connection.execute("SELECT no FROM record WHERE collection = 'citizen' ORDER BY no")
            ]
            renewed = {
                no: None if no == numbers[0] else Citizen(given_name=f"Fornavn{place}", family_name="Nyere")
                for place, no in reversed([*enumerate(numbers)])
            }
            index_again(connection, renewed, key)

            def holders(word: str) -> list[int]:
                found = connection.execute("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", (word,))
                return [row[0] for row in found]

            assert len(numbers) == 5
            assert holders("gammel") == holders("fornavn0") == []
            assert holders("nyere") == numbers[1:]
            assert holders("fornavn3") == [numbers[3]]
            connection.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


def test_annulled_records_are_not_found_until_they_count_again(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        note = workspace.casework.write_note(add_citizen(workspace), "særligt ord").record_ids[0]
        workspace.casework.annul(note, "forkert borger")
        assert titles(workspace, "særligt") == []
        workspace.undo.undo()
        assert titles(workspace, "særligt") == ["Notat · Fatima A."]


def test_a_search_is_logged_by_a_hash_and_a_count(workspace: Workspace) -> None:
    workspace.lookup.search("solsort")
    entry = workspace.store.log_entries()[-1]
    assert entry.action == "search"
    assert entry.detail is not None
    assert "solsort" not in entry.detail
    assert entry.detail.endswith(" 1")


@settings(max_examples=150)
@given(text=texts)
def test_no_query_breaks_the_search(workspace: Workspace, text: str) -> None:
    workspace.store.search(text)
    workspace.store.search(f'{text}" OR folded:*')


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzæøåéüöäñ", min_size=1, max_size=12))
def test_spelling_is_settled_after_one_step(text: str) -> None:
    assert spell(text).isascii()
    assert spell(text) == spell(text.upper())
    assert match_expression(text, b"key") == f'"{spell(text)}"*'
