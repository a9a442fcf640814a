"""Everything a person looks at."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.case import Case
from fieldtui.domain.confidential import FIELD as CONFIDENTIAL_FIELD
from fieldtui.domain.confidential import is_confidential, may_read
from fieldtui.domain.deadlines import is_discharged
from fieldtui.domain.envelope import Stored
from fieldtui.domain.identifiers import parse_cpr
from fieldtui.domain.problems import model_of
from fieldtui.domain.protection import PROTECTED_FIELDS, holds_address, is_protected
from fieldtui.domain.records import Appointment, Citizen, Note, Task, fields_of
from fieldtui.services.bridgingboard import BridgingBoard, BridgingRow
from fieldtui.services.caselist import CaseList, CitizenRow, WeekFigures
from fieldtui.services.casepeople import CasePeople
from fieldtui.services.companylist import CompanyCard, CompanyList, CompanyRow
from fieldtui.services.context import Context
from fieldtui.services.looking import citizen_of, said
from fieldtui.store.searching import SearchHit, spell

__all__ = ["BridgingRow", "CitizenRow", "CompanyCard", "CompanyRow", "Lookup", "SearchHit", "WeekFigures"]

SHORTEST_REASON: Final = 10
"""Characters of a reason for opening a confidential note."""
_REVEALED = frozenset({"cpr", "phone", "address", "postal_code", "city"})


@dataclass(frozen=True, slots=True)
class Newest:
    """A citizen, and what was written and promised."""

    citizen: Citizen
    notes: tuple[Stored[Note], ...]
    tasks: tuple[Stored[Task], ...]


class Lookup(CaseList, CompanyList, BridgingBoard, CasePeople):
    """What the screens and the command line show. Looking at one citizen's file is written to the access log."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    # --- records ------------------------------------------------------------------------------

    def list(
        self,
        collection: str,
        *,
        citizen_id: str | None = None,
        include_all: bool = False,
        since: date | None = None,
        until: date | None = None,
    ) -> tuple[Stored[Any], ...]:
        """The records of a collection by their main date. Of citizens' records it is written to the access log.

        Args:
            collection: Its name.
            citizen_id: Only this citizen's.
            include_all: Annulled records, and citizens who are discharged, too.
            since: Only with a main date (when it begins, was written, was asked for or is due) of this day or later.
            until: Only with a main date of this day or earlier.

        Raises:
            BadUsage: No such collection; the nearest one is suggested.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        found = self._find(collection, citizen_id, include_all=include_all, since=since, until=until)
        if model_of(collection).reach == "citizen":
            self._context.looking.listed(collection, len(found), citizen_id)
        return found

    def enrolled(self) -> int:
        """How many citizens on this device are enrolled today; a number only."""
        return len(self._find("citizen", None, include_all=False, since=None, until=None))

    def _find(
        self, collection: str, citizen_id: str | None, *, include_all: bool, since: date | None, until: date | None
    ) -> tuple[Stored[Any], ...]:
        model_of(collection)
        scope = None if citizen_id is None else f"citizen:{citizen_id}"
        found = self._store.all(collection, scope=scope, annulled=include_all, since=since, until=until)
        if collection == "citizen" and not include_all:
            on, stands = self._context.today, self._store.stand_ins()
            return tuple(stored for stored in found if not is_discharged(stored.record, on) and stored.id not in stands)
        return self._context.veil.over_all(found)

    def list_out(
        self,
        collection: str,
        *,
        citizen_id: str | None = None,
        include_all: bool = False,
        since: date | None = None,
        until: date | None = None,
    ) -> tuple[Stored[Any], ...]:
        """As `list`, for records that leave the screen whole, CPR numbers included. It is written to the access log.

        Raises:
            BadUsage: As `list`.
            DiskFull, Busy: It could not be logged, so it is not given out.
        """
        found = self._find(collection, citizen_id, include_all=include_all, since=since, until=until)
        self._store.audit("list", citizen_id, detail=f"{collection} {len(found)}")
        return found

    def show(self, record_id: str, reason: str | None = None) -> Stored[Any]:
        """One record, whole. Where it is about a citizen it is written to the access log under that citizen.

        Raises:
            NotFound: No such record.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        stored = self._get(record_id)
        citizen_id = citizen_of(stored)
        if citizen_id is not None:
            what = None if stored.collection == "citizen" else stored.collection
            self._context.looking.opened(citizen_id, reason=reason, what=what)
        return stored

    def get(self, record_id: str) -> Stored[Any]:
        """One record, annulled or not. Where it is about a citizen it is written to the access log, once for a while.

        Raises:
            NotFound: No such record.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        stored = self._get(record_id)
        self._context.looking.within(citizen_of(stored), stored.collection)
        return stored

    def _get(self, record_id: str) -> Stored[Any]:
        stored = self._store.get(record_id)
        if stored is None:
            raise NotFound(clean(record_id, limit=80))
        return self._context.veil.over(stored)

    # --- one citizen --------------------------------------------------------------------------

    def open_citizen(self, citizen_id: str, reason: str | None = None) -> Case:
        """A citizen's whole file. That it was opened is written to the access log.

        Raises:
            NotFound: No such citizen.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        case = self._store.case(citizen_id)
        if case is None:
            raise NotFound(clean(citizen_id, limit=80))
        self._context.looking.opened(case.id, reason=reason)
        return self._context.veil.over_case(case)

    def refresh_citizen(self, citizen_id: str) -> Case:
        """The file of a citizen that is open on the screen already, as it stands now; not written to the log again.

        Raises:
            NotFound: The citizen is not on this device any more.
        """
        case = self._store.case(citizen_id)
        if case is None:
            raise NotFound(clean(citizen_id, limit=80))
        self._context.looking.still(case.id)
        return self._context.veil.over_case(case)

    def newest(self, citizen_id: str, what: str) -> Newest:
        """A citizen with the notes and tasks, for a panel or a dialog that shows the newest of them; confidential notes left out.

        It is written to the access log, unless it belongs to a look that was.

        Args:
            citizen_id: Whose.
            what: `today` or `writing`: what it is shown for.

        Raises:
            NotFound: No such citizen.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        stored = self._get(citizen_id)
        if not isinstance(stored.record, Citizen):
            raise NotFound(clean(citizen_id, limit=80))
        self._context.looking.within(citizen_id, what)
        scope = f"citizen:{citizen_id}"
        notes = tuple(each for each in self._store.all("note", scope=scope) if not is_confidential(each.record))
        return Newest(stored.record, notes, self._store.all("task", scope=scope))

    def reveal(self, citizen_id: str, field: str, reason: str | None = None) -> str:
        """A citizen's CPR number, phone number or a part of the address, whole. It is written to the access log.

        Raises:
            NotFound: No such citizen.
            BadUsage: A field that is never masked, or one that is empty; or no reason where the address is protected.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        citizen_id = self._store.stand_ins().get(citizen_id, citizen_id)
        stored = self._get(citizen_id)
        if not isinstance(stored.record, Citizen):
            raise NotFound(clean(citizen_id, limit=80))
        if field not in _REVEALED:
            raise BadUsage(_("Feltet er ikke skjult."))
        value = getattr(stored.record, field)
        if not value:
            label = _(fields_of(Citizen)[field].label)
            raise BadUsage(_("{label} er ikke udfyldt.").format(label=label))
        why = said(reason)
        if why is None and field in PROTECTED_FIELDS and is_protected(stored.record):
            raise BadUsage(_("Skriv, hvorfor den beskyttede oplysning skal vises. Grunden skrives i adgangsloggen."))
        self._store.audit("reveal", citizen_id, reason=why, detail=field)
        return parse_cpr(value).formatted if field == "cpr" else str(value)

    def confidential(self, note_id: str, reason: str | None) -> str:
        """The text of a confidential note. It is written to the access log, with the reason.

        Raises:
            NotFound: No such note.
            BadUsage: It is not confidential, no reason of ten characters is given, or it is not this person's to read.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        stored = self._store.get(note_id)
        if stored is None or not isinstance(stored.record, Note):
            raise NotFound(clean(note_id, limit=80))
        if not is_confidential(stored.record):
            raise BadUsage(_("Notatet er ikke fortroligt."))
        citizen_id, me = stored.record.citizen_id, self._context.consultant
        if not may_read(stored.record.author, me.id if me else None, self._role_for(citizen_id)):
            raise BadUsage(_("Notatet er fortroligt og kun for borgerens egen konsulent."))
        why = said(reason)
        if why is None or len(why) < SHORTEST_REASON:
            raise BadUsage(_("Skriv med mindst ti tegn, hvorfor notatet skal vises. Grunden skrives i adgangsloggen."))
        self._store.audit("reveal", citizen_id, reason=why, detail=Note.collection)
        return stored.record.text

    def revealed(self, stored: Stored[Any], field: str, reason: str | None) -> Stored[Any]:
        """A record with one hidden field shown: a citizen's, or the text of a confidential note. Errors as `reveal` and `confidential`."""
        if not is_confidential(stored.record):
            self.reveal(stored.id, field, reason)
            return stored
        if field != CONFIDENTIAL_FIELD:
            raise BadUsage(_("Feltet er ikke skjult."))
        text = self.confidential(stored.id, reason)
        return replace(stored, record=stored.record.model_copy(update={CONFIDENTIAL_FIELD: text}))

    def _role_for(self, citizen_id: str) -> str | None:
        """What this device's person is to the citizen; `None` where the central system has not said."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT role FROM assignment WHERE citizen_id = ?", (citizen_id,)).fetchone()
        return None if row is None else str(row[0])

    def search(self, text: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Records that hold every word, citizens first, then companies, then the newest; never by a protected address.

        The search is written to the access log with a keyed hash of the words and the number of hits.
        """
        found = (hit for hit in self._store.search(text, limit) if self._may_be_found(hit, text))
        hits = tuple(self._named(hit) for hit in self._standing_for(found))
        if spell(text).strip():
            key = self._store.vault.audit_key
            term = hmac.new(key, b"fieldtui/search/term\n" + spell(text).encode(), hashlib.sha256).hexdigest()[:16]
            self._store.audit("search", detail=f"{term} {len(hits)}")
        return hits

    def _may_be_found(self, hit: SearchHit, text: str) -> bool:
        """False for a confidential note, and where only a protected citizen's address, as a place or in a note, makes the hit."""
        if hit.collection == Note.collection:
            note = self._store.get(hit.record_id)
            if note is None or is_confidential(note.record):
                return False
        cards = self._context.veil.protected(hit.citizen_id)
        if not cards:
            return True
        stored = self._store.get(hit.record_id)
        return stored is not None and self._context.veil.found_otherwise(stored, cards, text)

    def _standing_for(self, hits: Iterable[SearchHit]) -> tuple[SearchHit, ...]:
        """Hits in the file of who stands for a citizen that was merged; where both cards are hit, the citizen comes once."""
        stands = self._store.stand_ins()
        found: dict[str, SearchHit] = {}
        for hit in hits:
            citizen_id = stands.get(hit.citizen_id or "", hit.citizen_id)
            if hit.collection == "citizen" and hit.record_id in stands and citizen_id is not None:
                title = f"{hit.title} → {self.citizen_name(citizen_id)}"
                hit = replace(hit, record_id=citizen_id, title=title)  # noqa: PLW2901  the same hit, under the other card
            found.setdefault(hit.record_id, replace(hit, citizen_id=citizen_id))
        return tuple(found.values())

    def _named(self, hit: SearchHit) -> SearchHit:
        """A citizen's records carry the citizen's name beside their own, and a merged company the name it goes by now."""
        if hit.collection == "company" and self._context.companies().get(hit.record_id, hit.record_id) != hit.record_id:
            return replace(hit, title=f"{hit.title} → {self.company_name(hit.record_id)}")
        if hit.citizen_id is None or hit.collection == "citizen":
            return hit
        cards = self._context.veil.protected(hit.citizen_id)
        snippet = "" if any(holds_address(hit.snippet, card) for card in cards) else hit.snippet
        kind = _(model_of(hit.collection).label)
        own = "" if hit.title == model_of(hit.collection).label else f" · {hit.title}"
        return replace(hit, snippet=snippet, title=f"{kind} · {self.citizen_name(hit.citizen_id)}{own}")

    # --- names and weeks ----------------------------------------------------------------------

    def name(self, consultant_id: str) -> str:
        """A member of staff's name; a word for one this device does not know."""
        for person in self._context.people:
            if person.id == consultant_id:
                return person.name
        return _("en kollega")

    def initials(self, consultant_id: str) -> str:
        """A member of staff's initials; `?` for one this device does not know."""
        return next((person.initials for person in self._context.people if person.id == consultant_id), "?")

    def citizen_name(self, citizen_id: str) -> str:
        """First name and initial; a word for one that is not on this device."""
        stored = self._store.get(self._store.stand_ins().get(citizen_id, citizen_id))
        return stored.record.short_name if stored and isinstance(stored.record, Citizen) else _("en borger")

    def appointments(self, first: date, last: date) -> tuple[Stored[Appointment], ...]:
        """My citizens' appointments and my team's from the first day through the last, by time."""
        found = self._context.veil.over_all(self._store.all("appointment", since=first, until=last))
        self._context.looking.listed("appointment", len(found))
        return tuple(sorted(found, key=lambda stored: (stored.record.starts_at, stored.id)))

    def week(self, monday: date) -> tuple[Stored[Appointment], ...]:
        """The appointments of the seven days from a Monday, by time."""
        return self.appointments(monday, monday + timedelta(days=6))
