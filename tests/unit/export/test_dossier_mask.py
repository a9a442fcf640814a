"""Whatever a protected address or number looks like, and wherever it stands in a dossier, the mask takes it out."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Citizen, Note
from fieldtui.export.dossier import Held, document_of
from tests.support.workspaces import MH, MONDAY

CITIZEN = "01968000-0000-7000-8000-0000000000c1"
# Letters that no word of the dossier has, and signs that mean something to a pattern.
STRANGE = st.text(st.sampled_from("ΔΘΛΞΠΣΦΨΩ .+*?()[]{}|^$\\-"), min_size=6, max_size=20).map(lambda text: f"Δ{text}Ω")
DIGITS = st.text(st.sampled_from("0123456789"), min_size=8, max_size=8).filter(lambda text: text[0] != "0")


def a_dossier(address: str, phone: str, texts: list[str], *, protected: bool, with_protected: bool = False) -> Any:
    citizen = Citizen.model_validate(
        {"given_name": "Bo", "address": address, "phone": phone, "address_protected": protected}
    )
    notes = [
        Stored(
            f"01968000-0000-7000-8000-{number:012}",
            Note.model_validate({"citizen_id": CITIZEN, "text": text, "written_at": "2026-11-23T08:00"}),
        )
        for number, text in enumerate(texts)
    ]
    held = Held(
        citizen=Stored(CITIZEN, citizen),
        records={"note": notes},
        changes=[{"by": MH.id, "changes": [{"field": "address", "old": None, "new": address}]}],
        drafts=[{"kind": "note", "text": texts[0], "saved_at": "", "previous": texts[-1]}],
        waiting=[{"fields": {"address": address, "text": texts[0]}}],
    )
    made_at = MONDAY.replace(tzinfo=COPENHAGEN)
    document = document_of(held, people=(MH,), made_at=made_at, made_by="MH", with_protected=with_protected)
    return json.dumps(document, ensure_ascii=False)


@given(address=STRANGE, phone=DIGITS, before=st.text(max_size=10), after=st.text(max_size=10))
def test_no_address_and_no_number_is_left_however_it_is_written(
    address: str, phone: str, before: str, after: str
) -> None:
    grouped = " ".join(phone[at : at + 2] for at in range(0, 8, 2))
    kept = Citizen.model_validate({"given_name": "Bo", "address": address}).address or ""
    texts = [f"{before}Δ{kept}Ω{after}", f"ring {phone} eller {grouped}.", f"{kept.lower()} {kept.upper()}"]
    said = a_dossier(address, phone, texts, protected=True)
    folded = said.casefold()
    assert json.dumps(kept, ensure_ascii=False)[1:-1].casefold() not in folded
    assert phone not in said
    assert grouped not in said


@given(address=STRANGE, phone=DIGITS)
def test_one_that_is_not_protected_or_was_asked_for_is_there(address: str, phone: str) -> None:
    kept = json.dumps(Citizen.model_validate({"given_name": "Bo", "address": address}).address, ensure_ascii=False)
    assert kept in a_dossier(address, phone, ["x"], protected=False)
    assert kept in a_dossier(address, phone, ["x"], protected=True, with_protected=True)
