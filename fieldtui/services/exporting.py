"""Appointment lists leave the vault here: cut to a profile, written privately, logged, and gone again in time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, cast

from fieldtui.base import log
from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.export import ListLine, file_name, line_of, render
from fieldtui.export.columns import Profile
from fieldtui.export.rendering import check
from fieldtui.services.context import Context
from fieldtui.services.exportfiles import (
    EXPORTS,
    PASSPHRASE,
    ExportFiles,
    ExportResult,
    Outgoing,
    Plain,
    Seal,
    seal_for,
)
from fieldtui.store.joining import group_of
from fieldtui.wire.messages import Person

__all__ = ["EXPORTS", "PASSPHRASE", "ExportResult", "Exporting", "Plain", "Seal", "seal_for"]

_SEQUENCES: Final = "list.sequences"
"""Meta key: by appointment id, the last change number a calendar was given and a digest of what it said then."""
LONGEST_LIFE: Final = timedelta(days=7)
"""A list of a long period does not lie about longer than this."""
LONGEST_PERIOD: Final = timedelta(days=366)


class Exporting(ExportFiles):
    """Makes appointment lists out of one store, and removes what was exported when its time is over."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)

    def appointments(
        self,
        first: date,
        last: date,
        profile: str,
        fmt: str,
        *,
        output: Path | None = None,
        keep: bool = False,
        any_folder: bool = False,
        seal: Seal | None = None,
    ) -> ExportResult:
        """Write the list of a period: this consultant's meetings and those with citizens they stand in for.

        The access log has its entry before the file has its name, so that no list is ever unlogged.

        Args:
            first: First day.
            last: Last day; at most a year later.
            profile: `reception`, `own` or `outlook`.
            fmt: `csv`, `ics` or `json`.
            output: The file, or a folder for it; by default the data folder's `exports`.
            keep: Never remove it.
            any_folder: Use the folder even if it is synced to a cloud, shared or removable.
            seal: Who can open the file; by default everybody who gets hold of it.

        Raises:
            BadUsage: The period, or a profile and a format that do not go together; or sealing is not installed.
            FolderRefused: The folder is missing, or is no place for a list.
            OSError: The file could not be written; the log says so.
        """
        known_profile, known_format = check(profile, fmt)
        if last < first:
            raise BadUsage(_("Perioden slutter, før den begynder."))
        if last - first > LONGEST_PERIOD:
            raise BadUsage(_("En liste kan højst dække et år."))
        path = self.place(
            output,
            lambda version: file_name(known_profile, known_format, first, last, version),
            any_folder=any_folder,
            seal=seal,
        )
        made_at = self._clock.now()
        found = self._appointments(first, last, cancelled=known_format == "ics")
        people = {person.id: person for person in self._context.people}
        providers = self._providers()
        with self._store.transaction():
            lines = [self._line(each, known_profile, people, providers) for each in found]
            if known_profile == "outlook":
                lines = self._numbered(lines)
        data = render(lines, profile=known_profile, fmt=known_format, first=first, last=last, made_at=made_at)
        rows = sum(1 for line in lines if known_format == "ics" or not line.cancelled)
        about = Outgoing(
            profile=known_profile,
            rows=rows,
            kept=keep,
            expires_on=self._expires(first, last),
            failed=f"{known_profile}/{known_format}",
        )
        result = self.write(path, data, about, seal=seal)
        log.event("export", profile=known_profile, format=known_format, rows=rows, sealed=result.sealed)
        return result

    def count(self, first: date, last: date) -> int:
        """How many appointments a list of the period would have."""
        people = {person.id: person for person in self._context.people}
        found = self._appointments(first, last, cancelled=False)
        lines = [self._line(each, "reception", people, frozenset()) for each in found]
        return sum(not line.cancelled for line in lines)

    # --- what is listed -----------------------------------------------------------------------

    def _appointments(self, first: date, last: date, *, cancelled: bool) -> list[Stored[Appointment]]:
        me = self._store.consultant_id
        found = self._store.all(
            "appointment",
            annulled=cancelled,
            since=first - timedelta(days=1),
            until=last + timedelta(days=1),
        )
        return [
            each
            for each in found
            if first <= each.record.starts_at.astimezone(COPENHAGEN).date() <= last
            and (each.record.citizen_id is not None or me in {each.record.consultant_id, *each.record.participants})
        ]

    def _providers(self) -> frozenset[str]:
        """Where citizens are treated, by name: no list may say that a meeting is there."""
        return frozenset(each.record.provider for each in self._store.all("referral") if each.record.provider)

    def _line(
        self,
        appointment: Stored[Appointment],
        profile: Profile,
        people: Mapping[str, Person],
        providers: frozenset[str],
    ) -> ListLine:
        record = appointment.record
        ids = group_of(record.citizen_id, self._store.stand_ins()) if record.citizen_id else ()
        found = (self._store.get(each) for each in ids)
        cards = [
            cast("Stored[Citizen]", each) for each in found if each is not None and isinstance(each.record, Citizen)
        ]
        return line_of(
            appointment, cards[0] if cards else None, people.get(record.consultant_id or ""), profile=profile,
            providers=providers, others=[each.record for each in cards[1:]],
        )  # fmt: skip

    def _numbered(self, lines: Sequence[ListLine]) -> list[ListLine]:
        """Give each event its change number: one more than last time where what it says has changed."""
        known: dict[str, list[Any]] = json.loads(self._store.meta(_SEQUENCES) or "{}")
        numbered = []
        for line in lines:
            says = hashlib.sha256(
                json.dumps([str(line.starts_at), str(line.ends_at), line.place, line.cancelled]).encode()
            ).hexdigest()[:16]
            last, said = known.get(line.appointment_id, (0, says))
            number = max(line.sequence, last + (said != says))
            known[line.appointment_id] = [number, says]
            numbered.append(replace(line, sequence=number))
        here = {record_id for record_id in known if self._store.get(record_id) is not None}
        self._store.set_meta(_SEQUENCES, json.dumps({key: value for key, value in known.items() if key in here}))
        return numbered

    def _expires(self, first: date, last: date) -> date:
        """The list's last day, but never more than a week after it began to be of use; the team's norm may add days."""
        made_on = self._context.today
        kept = timedelta(days=int(self._context.rules.value("export.keep_days", made_on, 0)))
        return max(made_on, min(last, max(made_on, first) + LONGEST_LIFE)) + kept
