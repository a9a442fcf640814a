"""The appointment form: what is typed is read aloud as weekday, date and end, and overlaps are named before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from fieldtui.base.clock import COPENHAGEN, in_fold, in_gap, isoformat
from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment
from fieldtui.tui.dialogs.entries import Entry, EntryForm, NumberField
from fieldtui.tui.presenters import dates
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import KINDS, who
from fieldtui.tui.presenters.words import FORMS, choices
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.fields import DateField, Felt, TimeField

if TYPE_CHECKING:
    from textual.timer import Timer

    from fieldtui.services.workspace import Workspace

_LOOK_SECONDS: Final = 0.15
"""Pause in the typing before the calendar is asked."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What the form begins with."""

    citizen_id: str | None = None
    kind: str = "jobsamtale"
    starts_at: datetime | None = None
    minutes: int = 45
    place: str | None = None
    title: str | None = None
    form: str = "personal"
    appointment_id: str | None = None
    """The appointment that is edited; `None` for a new one."""

    @classmethod
    def of(cls, stored: Stored[Appointment]) -> Planned:
        """An appointment as it stands."""
        record = stored.record
        return cls(
            record.citizen_id, record.kind, record.starts_at, record.duration_minutes, record.place, record.title,
            record.form, stored.id,
        )  # fmt: skip


class AppointmentForm(EntryForm):
    """Books or changes an appointment."""

    def __init__(
        self, people: Sequence[tuple[str, str]], planned: Planned, submit: Callable[[dict[str, Any]], Outcome]
    ) -> None:
        """Args:
        people: (citizen id, name) to choose from.
        planned: What the fields begin with.
        submit: Stores the record's values; runs in a thread.
        """
        self._people = tuple(people)
        self._planned = planned
        self._look: Timer | None = None
        self._starts_at: datetime | None = None
        title = _("Ret aftale") if planned.appointment_id else _("Ny aftale")
        super().__init__(title, self._table, submit, save=_("Gem aftale"))

    def _table(self) -> tuple[Entry, ...]:
        begin = self._planned
        at = dates.local(begin.starts_at) if begin.starts_at else None
        again = (("0", _("første gang (sommertid)")), ("1", _("anden gang (vintertid)")))
        hint = _("fornavn; tom for teammøder")
        return (
            Entry("citizen_id", _("Borger"), "pick", begin.citizen_id, self._people, hint=hint),
            Entry("kind", _("Type"), "pick", begin.kind, choices(KINDS), optional=False, beside=True),
            Entry("day", _("Dato"), "date", at.date() if at else None, optional=False),
            Entry("at", _("Klokken"), "time", at.time() if at else None, optional=False, beside=True),
            Entry("duration_minutes", _("Minutter"), "number", begin.minutes, beside=True),
            Entry("fold", _("Klokkeslættet findes to gange den nat"), "choice", str(at.fold) if at else "0", again),
            Entry("place", _("Sted"), value=begin.place),
            Entry("title", _("Titel"), value=begin.title, hint=_("for møder uden borger"), beside=True),
            Entry("form", _("Form"), "choice", begin.form, choices(FORMS)),
        )

    def set_out(self) -> None:
        self.query_one("#fold", ChoiceField).display = False
        if self._planned.citizen_id:
            self.felts["day" if self._planned.starts_at is None else "at"].entry.focus()
        self._ask_calendar()

    def _chosen_start(self) -> datetime | None:
        """The instant the fields say; `None` while they say none. Shows the question of the autumn hour when it counts."""
        day_field, time_field, again = self.felts["day"], self.felts["at"], self.query_one("#fold", ChoiceField)
        try:
            day = day_field.day if isinstance(day_field, DateField) else None
            at = time_field.time if isinstance(time_field, TimeField) else None
        except ValueError:
            return None
        if day is None or at is None:
            return None
        naive = datetime.combine(day, at)
        if in_gap(naive):
            return None
        again.display = in_fold(naive)
        return naive.replace(tzinfo=COPENHAGEN, fold=int(again.value) if again.display else 0)

    def prepare(self) -> bool:
        """The start as one instant; an hour that does not exist is refused at its field."""
        self._starts_at = self._chosen_start()
        if self._starts_at is None:
            self.felts["at"].fail(_("Det klokkeslæt findes ikke: uret stilles frem den nat. Vælg et andet."))
            self.felts["at"].entry.focus()
            return False
        return super().prepare()

    def values(self) -> dict[str, Any]:
        """The record's values."""
        found = {name: value for name, value in super().values().items() if name not in {"day", "at", "fold"}}
        return found if self._starts_at is None else {**found, "starts_at": isoformat(self._starts_at)}

    def on_felt_edited(self, event: Felt.Edited) -> None:
        event.stop()
        if self._look is not None:
            self._look.stop()
        self._look = self.set_timer(_LOOK_SECONDS, self._ask_calendar)

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        self._ask_calendar()

    def _ask_calendar(self) -> None:
        starts_at, minutes = self._chosen_start(), self._minutes()
        if starts_at is None or minutes is None:
            self.say(())
            return
        workspace, names, exclude = self.shell.workspace, self.shell.names, self._planned.appointment_id
        self.run_service(lambda: overlap_lines(workspace, names, starts_at, minutes, exclude), self.say, group="load")

    def _minutes(self) -> int | None:
        field = self.felts["duration_minutes"]
        try:
            minutes = field.number if isinstance(field, NumberField) else None
        except ValueError:
            return None
        return int(minutes) if minutes is not None and 5 <= minutes <= 600 else None


def overlap_lines(
    workspace: Workspace, names: Names, starts_at: datetime, minutes: int, exclude: str | None
) -> tuple[Line, ...]:
    """The time in words, and what it overlaps with two free times of the same day."""
    ends_at = starts_at + timedelta(minutes=minutes)
    echo = f"√ {dates.with_day_full(dates.local(starts_at).date())} {dates.span(starts_at, ends_at)}"
    lines: list[Line] = [line(Piece(echo, "success"))]
    others = workspace.casework.overlaps(starts_at, minutes, exclude=exclude)
    if others:
        first = others[0]
        taken = f"{who(first.record, names)} {dates.span(first.record.starts_at, first.record.ends_at)}"
        free = [dates.clock(slot) for slot in workspace.casework.free_slots(dates.local(starts_at).date(), minutes)[:2]]
        text = _("▲ Overlapper {what}.").format(what=taken)
        text += " " + (
            _("Ledigt: {times}.").format(times=_(" og ").join(free)) if free else _("Ingen ledig tid den dag.")
        )
        lines.append(line(Piece(text + " " + _("Ctrl+S booker alligevel."), "warning")))
    return tuple(lines)
