"""Book and move appointments, and call them off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from textual.app import ComposeResult

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import instant
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment
from fieldtui.tui.dialogs.form import FormDialog
from fieldtui.tui.presenters.dates import clock, local, span
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.today import KINDS, who
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.fields import DateField, Felt, MinutesField, TimeField
from fieldtui.tui.widgets.panel import Lines

_SHOWN_SLOTS = 4
_BOOKABLE = ("jobsamtale", "opfoelgning", "brobygning", "mentor", "andet")
CANCEL_CHOICES: tuple[tuple[str, str], ...] = (
    ("citizen", N_("Borgeren har meldt afbud")),
    ("staff", N_("Vi aflyser")),
)


class _TimeForm(FormDialog):
    """Date, time and duration, with what they collide with."""

    def __init__(self, day: date | None, at: time | None, minutes: int, *, exclude: str | None) -> None:
        super().__init__()
        self._day = day
        self._at = at
        self._minutes = minutes
        self._exclude = exclude

    def time_fields(self) -> tuple[Felt, ...]:
        """The three fields, side by side."""
        self._date = DateField("day", _("Dato"), today=lambda: self.shell.today, value=self._day)
        self._time = TimeField("at", _("Klokken"), value=self._at)
        self._duration = MinutesField("minutes", _("Varighed"), value=self._minutes)
        return (self._date, self._time, self._duration)

    def body(self) -> ComposeResult:
        yield from super().body()
        yield Lines(id="collisions", classes="wrap")

    @property
    def starts_at(self) -> datetime:
        """The instant the fields name. Ask after they were checked."""
        day, at = self._date.day, self._time.time
        if day is None or at is None:
            raise ValueError(_("Feltet mangler."))
        return instant(day, at)

    def chosen_start(self) -> datetime:
        """The instant to save.

        Raises:
            BadUsage: That hour does not exist, or exists twice, because the clocks change.
        """
        try:
            return self.starts_at
        except ValueError as error:
            raise BadUsage(str(error)) from None

    @property
    def minutes(self) -> int:
        """The duration in minutes. Ask after the fields were checked."""
        return self._duration.minutes

    def on_felt_edited(self, event: Felt.Edited) -> None:
        """Show collisions and free times as soon as the fields make sense."""
        event.stop()
        try:
            starts_at, minutes = self.starts_at, self.minutes
        except ValueError:
            self.query_one("#collisions", Lines).show(())
            return
        casework = self.shell.workspace.casework

        def look() -> tuple[tuple[Stored[Appointment], ...], tuple[datetime, ...]]:
            overlaps = casework.overlaps(starts_at, minutes, exclude=self._exclude)
            return overlaps, casework.free_slots(local(starts_at).date(), minutes) if overlaps else ()

        self.run_service(look, lambda found: self._show_collisions(*found), group="load")

    def _show_collisions(self, overlaps: tuple[Stored[Appointment], ...], free: tuple[datetime, ...]) -> None:
        lines: list[Line] = []
        for stored in overlaps[:2]:
            meeting = stored.record
            text = _("! Overlapper {who} {span}.").format(
                who=who(meeting, self.shell.names), span=span(meeting.starts_at, meeting.ends_at)
            )
            lines.append(line(Piece(text, "warning")))
        if overlaps and free:
            lines.append(
                line(_("Ledigt: {times}").format(times="  ".join(clock(slot) for slot in free[:_SHOWN_SLOTS])))
            )
        self.query_one("#collisions", Lines).show(lines)

    def save(self) -> Outcome:
        raise NotImplementedError


class MoveDialog(_TimeForm):
    """Another time for an appointment."""

    def __init__(self, stored: Stored[Appointment], name: str) -> None:
        start = local(stored.record.starts_at)
        super().__init__(start.date(), start.time(), stored.record.duration_minutes, exclude=stored.id)
        self._stored = stored
        self._name = name

    def heading(self) -> str:
        return _("Flyt aftalen med {name}").format(name=self._name)

    def fields(self) -> Iterable[Felt | tuple[Felt, ...]]:
        yield self.time_fields()

    def save(self) -> Outcome:
        return self.shell.workspace.casework.move(self._stored.id, self.chosen_start(), self.minutes)


class BookDialog(_TimeForm):
    """A new appointment with a citizen."""

    def __init__(
        self,
        citizen_id: str,
        name: str,
        *,
        day: date | None = None,
        at: time | None = None,
        place: str = "",
        minutes: int = 45,
        kind: str = "jobsamtale",
    ) -> None:
        super().__init__(day, at, minutes, exclude=None)
        self._citizen_id = citizen_id
        self._name = name
        self._place = place
        self._kind = kind

    def heading(self) -> str:
        return _("Ny aftale med {name}").format(name=self._name)

    def body(self) -> ComposeResult:
        yield ChoiceField(_("Type"), [(kind, _(KINDS[kind])) for kind in _BOOKABLE], value=self._kind, id="kind")
        yield from super().body()

    def fields(self) -> Iterable[Felt | tuple[Felt, ...]]:
        yield self.time_fields()
        yield Felt("place", _("Sted"), self._place)

    def save(self) -> Outcome:
        return self.shell.workspace.casework.book(
            {
                "citizen_id": self._citizen_id,
                "kind": self.query_one("#kind", ChoiceField).value,
                "starts_at": self.chosen_start().isoformat(),
                "duration_minutes": self.minutes,
                "place": self.text("place") or None,
            }
        )
