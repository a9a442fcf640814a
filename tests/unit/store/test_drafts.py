"""Drafts are kept, also when the program goes away, and the version before stays beside them."""

from __future__ import annotations

from pathlib import Path

from tests.support.workspaces import make_workspace, reopen


def test_a_draft_survives_a_lock_with_the_version_before(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    workspace.drafts.save("note:1", "note", "citizen-1", "Mødte")
    workspace.drafts.save("note:1", "note", "citizen-1", "Mødte glad op")
    workspace.drafts.save("note:1", "note", "citizen-1", "Mødte glad op")
    with reopen(workspace) as again:
        draft = again.drafts.get("note:1")
        assert draft is not None
        assert (draft.text, draft.previous, draft.subject_id) == ("Mødte glad op", "Mødte", "citizen-1")
        assert again.drafts.unfinished() == (draft,)
        again.drafts.discard("note:1")
        assert again.drafts.get("note:1") is None
        assert again.drafts.unfinished() == ()
