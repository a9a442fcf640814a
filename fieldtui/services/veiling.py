"""What is taken out of records before anybody sees them, so that no list, history or dialog tells where a protected citizen is.

The address itself is masked on the card until it is revealed with a reason. Here is everything else that would tell it: the
place of a meeting at home, what fields were before, the two sides of a conflict, and a record as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from fieldtui.base.i18n import _
from fieldtui.domain.case import Case
from fieldtui.domain.confidential import FIELD as TEXT
from fieldtui.domain.confidential import covered, is_confidential, is_cover
from fieldtui.domain.envelope import Stored
from fieldtui.domain.protection import ELSEWHERE, HIDDEN, PROTECTED_FIELDS, holds_address, is_protected
from fieldtui.domain.protection import without_address as without_its_words
from fieldtui.domain.records import Appointment, Citizen, Note
from fieldtui.domain.struck import is_struck, struck_out
from fieldtui.store import Store
from fieldtui.store.joining import group_of
from fieldtui.store.searching import spell, texts_of

S = TypeVar("S", bound=Stored[Any])
_PROTECTED: Final = (
    "SELECT id FROM record WHERE collection = 'citizen' AND json_extract(body, '$.address_protected') = 1"
)
_PLACE: Final = "place"
_BRIDGING: Final = "brobygning"
"""The kind of meeting that a treatment worker has too."""
_CPR: Final = re.compile(r"(?<!\d)\d{6}[- ]?\d{4}(?!\d)")
_WORD: Final = re.compile(r"\w+")


class Veil:
    """Over the records of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[tuple[int, int], frozenset[str]] | None = None

    def protected_ids(self) -> frozenset[str]:
        """The citizens whose address is protected; looked up anew only when the database changed."""
        version = self._store.version()
        if self._known is not None and self._known[0] == version:
            return self._known[1]
        with self._store.reading() as connection:
            found = frozenset(citizen_id for (citizen_id,) in connection.execute(_PROTECTED))
            # What an open transaction says may be taken back without a trace in the version.
            self._known = None if connection.in_transaction else (version, found)
        return found

    def protected(self, citizen_id: str | None) -> tuple[Citizen, ...]:
        """Every card of the citizen, where the address is protected on one of them; none where it is not.

        What lies on the one card of two may tell the address that stands on the other.
        """
        known = self.protected_ids()
        if citizen_id is None or not known:
            return ()
        cards = group_of(citizen_id, self._store.stand_ins())
        if known.isdisjoint(cards):
            return ()
        found = (self._store.get(each) for each in cards)
        return tuple(each.record for each in found if each is not None and isinstance(each.record, Citizen))

    def over(self, stored: S) -> S:
        """A record as it may be shown: a meeting at a protected citizen's home is "Ude af huset", a confidential note is covered, a struck one bare."""
        record = stored.record
        if is_struck(stored):
            return replace(stored, record=struck_out(record))
        if isinstance(record, Note) and is_confidential(record):
            return replace(stored, record=covered(record))
        if not isinstance(record, Appointment) or not record.place:
            return stored
        if not _tells(record.place, self.protected(record.citizen_id)):
            return stored
        return replace(stored, record=record.model_copy(update={_PLACE: ELSEWHERE}))

    def over_all(self, found: Iterable[S]) -> tuple[S, ...]:
        """As `over`, for each."""
        return tuple(self.over(stored) for stored in found)

    def over_case(self, case: Case) -> Case:
        """As `over`, for a citizen's whole file."""
        if any(is_confidential(stored.record) for stored in case.notes):
            case = replace(case, notes=self.over_all(case.notes))
        if not self.protected(case.id):
            return case
        return replace(case, appointments=self.over_all(case.appointments))

    def warnings(self, record: Any) -> tuple[str, ...]:
        """A warning where a protected address is written where no mask can hide it: free text, a meeting for a treatment worker.

        Args:
            record: As it is about to be stored, or was.
        """
        cards = self.protected(getattr(record, "citizen_id", None))
        if isinstance(record, Appointment):
            if record.kind == _BRIDGING and _tells(record.place, cards):
                return (_("Stedet er borgerens beskyttede adresse, og behandleren, mødet er med, kan se det."),)
            return ()
        text = getattr(record, "text", None)
        if isinstance(text, str) and _tells(text, cards):
            return (_("Teksten indeholder borgerens beskyttede adresse. I et notat kan den ikke skjules."),)
        return ()

    def value(self, collection: str, name: str, value: Any, cards: Sequence[Citizen]) -> Any:
        """A field's value as it was, or as one side of a conflict has it, hidden where it would tell the address.

        Args:
            collection: The record's.
            name: The field.
            value: As JSON.
            cards: As `protected` gives them; none leaves everything.
        """
        if not cards or value in (None, "", [], ()):
            return value
        if collection == Citizen.collection:
            return _(HIDDEN) if name in PROTECTED_FIELDS else value
        if name == _PLACE and isinstance(value, str) and _tells(value, cards):
            return ELSEWHERE
        return value

    def values(self, collection: str, values: Mapping[str, Any], cards: Sequence[Citizen]) -> dict[str, Any]:
        """As `value`, for several."""
        return {name: self.value(collection, name, value, cards) for name, value in values.items()}

    def keeps(self, stored: Stored[Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a form or a line of JSON without those that are only what stood in place of a hidden one.

        Somebody who saves what was shown must not store the mask over what it hides.
        """
        record = stored.record
        if isinstance(record, Citizen):
            hidden = {_(HIDDEN), HIDDEN}
            return {
                name: value for name, value in values.items() if name not in PROTECTED_FIELDS or value not in hidden
            }
        if is_confidential(record) and is_cover(values.get(TEXT)):
            return {name: value for name, value in values.items() if name != TEXT}
        if values.get(_PLACE) == ELSEWHERE and self.over(stored) is not stored:
            return {name: value for name, value in values.items() if name != _PLACE}
        return dict(values)

    def found_otherwise(self, stored: Stored[Any], cards: Sequence[Citizen], query: str) -> bool:
        """True where a protected citizen's record has every word of a query also without the address in its texts."""
        words: set[str] = set()
        for _name, text in texts_of(self.over(stored).record):
            for card in cards:
                text = without_its_words(text, card)  # noqa: PLW2901  what is left of it
            words.update(spell(word) for word in text.split())
        return all(any(word.startswith(wanted) for word in words) for wanted in _asked(query))


def _tells(text: str | None, cards: Iterable[Citizen]) -> bool:
    """True where a text holds the address of one of a citizen's cards."""
    return any(holds_address(text, card) for card in cards)


def bare(document: dict[str, Any], record: Any, shown: Iterable[str] = ()) -> dict[str, Any]:
    """A record's JSON form without what is protected; fields that are left out and put back in stay as they are.

    Args:
        document: The flat form; returned as it is where nothing is protected.
        record: What it is of.
        shown: Fields that were revealed with a reason.
    """
    if not isinstance(record, Citizen) or not is_protected(record):
        return document
    hidden = {name for name in PROTECTED_FIELDS if name not in set(shown)}
    return {name: value for name, value in document.items() if name not in hidden}


def _asked(query: str) -> list[str]:
    """The words of a query that are looked for in texts; a CPR number is in none."""
    return _WORD.findall(spell(_CPR.sub(" ", query)))
