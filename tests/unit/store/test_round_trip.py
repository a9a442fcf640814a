"""What is put comes back as it was put, in every collection, for every text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldtui.base.errors import InvalidRecords
from fieldtui.base.text import clean
from fieldtui.domain.records import COLLECTIONS
from fieldtui.services.naming import named_in
from fieldtui.services.workspace import Workspace
from tests.support.bodies import bodies, texts
from tests.support.workspaces import MH, add_citizen, make_workspace

COVERED = {"confidential", "shared_with"}
"""Fields that ask for more than their own record: test_confidential and test_bridging_law try them."""
MEANT: dict[str, dict[str, Any]] = {"consent": {"covers_health": False}, "placement": {"purpose": "Afklaring"}}
"""To health data a consent is given a last day where it says none, and refused one that is too late; a praktik needs a purpose."""
OWN = {"citizen_id", "company_id", "author", "by", "consultant_id"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("round")) as opened:
        yield opened


@pytest.fixture(scope="module")
def ids(workspace: Workspace) -> dict[str, str]:
    company = workspace.casework.create("company", {"name": "Café Solsort"}).record_ids[0]
    return {
        "citizen_id": add_citizen(workspace),
        "company_id": company,
        "author": MH.id,
        "by": MH.id,
        "consultant_id": MH.id,
    }


@pytest.mark.parametrize("collection", COLLECTIONS)
@settings(max_examples=15)
@given(data=st.data())
def test_put_then_list_gives_the_same_values(
    workspace: Workspace, ids: dict[str, str], collection: str, data: st.DataObject
) -> None:
    values = data.draw(bodies(COLLECTIONS[collection], ids))
    if collection == "activity" and any(named_in(workspace.context, str(each)).certain for each in values.values()):
        return  # it names one of the citizens that were drawn before, and is refused: test_bridging_law
    values = {name: value for name, value in values.items() if name not in COVERED} | MEANT.get(collection, {})
    if collection == "placement":
        values["citizen_id"] = add_citizen(workspace)  # two that cannot both be true are refused
    try:
        expected = COLLECTIONS[collection].model_validate(values)
    except ValueError:
        with pytest.raises(InvalidRecords):
            workspace.casework.put_lines(collection, [(1, json.dumps(values))])
        return
    [record_id] = workspace.casework.put_lines(collection, [(1, json.dumps(values))])
    listed = {stored.id: stored for stored in workspace.lookup.list(collection, include_all=True)}[record_id]
    filled = {name: ids[name] for name in OWN if getattr(expected, name, None) is None and hasattr(listed.record, name)}
    kept = {name: value for name, value in listed.record.body().items() if name not in filled}
    assert kept == expected.body()
    assert listed.flat()["sync_state"] == "pending"
    again = json.dumps({**listed.flat()})
    assert workspace.casework.put_lines(collection, [(1, again)]) == (record_id,), "what is listed can be put back"


@settings(max_examples=40)
@given(text=texts)
def test_a_note_holds_its_text_cleaned_and_nothing_else(workspace: Workspace, ids: dict[str, str], text: str) -> None:
    expected = clean(text, multiline=True).strip("\n")
    if not expected.strip():
        with pytest.raises(InvalidRecords):
            workspace.casework.write_note(ids["citizen_id"], text)
        return
    [note_id] = workspace.casework.write_note(ids["citizen_id"], text).record_ids
    assert workspace.lookup.get(note_id).record.text == expected
    assert "\x1b" not in expected
