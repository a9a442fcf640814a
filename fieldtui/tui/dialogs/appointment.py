"""Booking, changing and moving: what is typed is read aloud as weekday, date and end, and overlaps are named before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult

from fieldtui.base.clock import COPENHAGEN, in_fold, in_gap, isoformat
from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.presenters import dates
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.overlaps import other_collisions, overlap_lines
from fieldtui.tui.presenters.today import KINDS
from fieldtui.tui.presenters.words import FORMS, choices
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.choosing import PickField
from fieldtui.tui.widgets.fields import DateField, Felt, NumberField, TimeField

if TYPE_CHECKING:
    from textual.timer import Timer

_UNDER_TIME: Final = 3
"""Rows of the appointment's form above what is read aloud: whom with, when, and which of two hours."""
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
    participants: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: Stored[Appointment]) -> Planned:
        """An appointment as it stands."""
        record = stored.record
        return cls(
            record.citizen_id, record.kind, record.starts_at, record.duration_minutes, record.place, record.title,
            record.form, stored.id, record.participants,
        )  # fmt: skip


class TimeForm(EntryForm):
    """A form with a beginning and a length. An hour that comes twice is asked about, one that never comes is refused."""

    def __init__(
        self,
        title: Callable[[], str],
        entries: Callable[[], Sequence[Entry]],
        submit: Callable[[dict[str, Any]], Outcome],
        *,
        save: Callable[[], str],
        exclude: str | None,
    ) -> None:
        """Args:
        title: As `EntryForm`.
        entries: As `EntryForm`, `when` among them.
        submit: As `EntryForm`; gets `starts_at` in place of the fields of `when`.
        save: As `EntryForm`.
        exclude: Id of the appointment the form is about; `None` for a new one.
        """
        super().__init__(title, entries, submit, save=save)
        self._exclude = exclude
        self._look: Timer | None = None
        self._starts_at: datetime | None = None

    @staticmethod
    def when(starts_at: datetime | None, minutes: int) -> tuple[Entry, ...]:
        """The fields of the time."""
        at = dates.local(starts_at) if starts_at else None
        again = (("0", _("første gang (sommertid)")), ("1", _("anden gang (vintertid)")))
        return (
            Entry("day", _("Dato"), "date", at.date() if at else None, optional=False),
            Entry("at", _("Klokken"), "time", at.time() if at else None, optional=False, beside=True),
            Entry("duration_minutes", _("Minutter"), "number", minutes, beside=True),
            Entry("fold", _("Klokkeslættet findes to gange den nat"), "choice", str(at.fold) if at else "0", again),
        )

    def set_out(self) -> None:
        self.query_one("#fold", ChoiceField).display = False
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
        """What the fields say, with the beginning as one instant."""
        found = {name: value for name, value in super().values().items() if name not in {"day", "at", "fold"}}
        return found if self._starts_at is None else {**found, "starts_at": self._starts_at}

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
        more = self.beside(starts_at, minutes)
        if starts_at is None or minutes is None:
            self.run_service(more, self.say, group="load")
            return
        workspace, names = self.shell.workspace, self.shell.names
        ends_at = starts_at + timedelta(minutes=minutes)
        day = dates.local(starts_at).date()
        echo = f"√ {dates.with_day_full(day)} {dates.span(starts_at, ends_at)} · {dates.week(day)}"

        def look() -> tuple[Line, ...]:
            found = overlap_lines(workspace, names, starts_at, minutes, key="Ctrl+S", exclude=self._exclude)
            return (line(Piece(echo, "success")), *found, *more())

        self.run_service(look, self.say, group="load")

    def beside(self, starts_at: datetime | None, minutes: int | None) -> Callable[[], tuple[Line, ...]]:
        """What else is worth knowing while the form is filled in; what it answers is called in a thread."""
        return tuple

    def _minutes(self) -> int | None:
        field = self.felts["duration_minutes"]
        try:
            minutes = field.number if isinstance(field, NumberField) else None
        except ValueError:
            return None
        return int(minutes) if minutes is not None and 5 <= minutes <= 600 else None


class AppointmentForm(TimeForm):
    """Books or changes an appointment."""

    def __init__(
        self,
        people: Sequence[tuple[str, str]],
        planned: Planned,
        submit: Callable[[dict[str, Any]], Outcome],
        series: Callable[[dict[str, Any], int, date], Outcome] | None = None,
    ) -> None:
        """Args:
        people: (citizen id, name) to choose from.
        planned: What the fields begin with.
        submit: Stores the record's values; runs in a thread.
        series: Stores them every so many weeks until a day; `None` offers no series.
        """
        self._people = tuple(people)
        self._planned = planned
        self._series = series
        super().__init__(
            lambda: _("Ret aftale") if planned.appointment_id else _("Ny aftale"),
            self._table,
            lambda values: self._stored(values, submit),
            save=lambda: _("Gem aftale"),
            exclude=planned.appointment_id,
        )

    def body(self) -> ComposeResult:
        """What is read aloud and warned about stands under the time, where a small window shows it too."""
        parts = list(super().body())
        note = next(part for part in parts if part.id == "form-note")
        parts.remove(note)
        parts.insert(_UNDER_TIME, note)
        yield from parts

    def _table(self) -> tuple[Entry, ...]:
        begin = self._planned
        hint = _("fornavn; tom for teammøder")
        return (
            Entry("citizen_id", _("Borger"), "pick", begin.citizen_id, self._people, hint=hint),
            Entry("kind", _("Type"), "pick", begin.kind, choices(KINDS), optional=False, beside=True),
            *self.when(begin.starts_at, begin.minutes),
            Entry("place", _("Sted"), value=begin.place),
            Entry("title", _("Titel"), value=begin.title, hint=_("for møder uden borger"), beside=True),
            Entry("form", _("Form"), "choice", begin.form, choices(FORMS)),
            Entry("participants", _("Deltagere"), "words", begin.participants, hint=_("kollegers initialer")),
            *(self._repeated() if self._series is not None else ()),
        )

    @staticmethod
    def _repeated() -> tuple[Entry, ...]:
        """The fields of a series."""
        ways = (
            ("0", _("nej")),
            ("1", _("hver uge")),
            ("2", _("hver 2. uge")),
            ("4", _("hver 4. uge")),
        )
        return (
            Entry(
                "every",
                _("Gentag"),
                "pick",
                "0",
                ways,
                optional=False,
                hint=_("nej, hver uge, hver 2., hver 4."),
                beside=True,
            ),
            Entry("until", _("Til og med"), "date", beside=True),
        )

    def _stored(self, values: dict[str, Any], submit: Callable[[dict[str, Any]], Outcome]) -> Outcome:
        """Store one appointment, or the series; in a thread."""
        every, until = int(values.pop("every", None) or 0), values.pop("until", None)
        values["starts_at"] = isoformat(values["starts_at"])
        if not every or self._series is None:
            return submit(values)
        if until is None:
            raise InvalidRecords((LineProblem(None, "until", _("Sig, hvornår rækken slutter.")),))
        return self._series(values, every, until)

    def beside(self, starts_at: datetime | None, minutes: int | None) -> Callable[[], tuple[Line, ...]]:
        """What the citizen wants and needs, and what else the time collides with."""
        workspace, names = self.shell.workspace, self.shell.names
        citizen, place, with_ = self.felts["citizen_id"], self.felts["place"], self.felts["participants"]
        citizen_id = citizen.code if isinstance(citizen, PickField) else None
        form = self.query_one("#form", ChoiceField).value
        about = {"place": place.value.strip() or None, "form": form, "participants": with_.value}

        def look() -> tuple[Line, ...]:
            wishes = workspace.casework.wishes(citizen_id) if citizen_id and not names.discreet else ""
            found = [line(Piece(_("Ønsker") + "  ", "primary"), names.text(wishes))] if wishes else []
            if starts_at is not None and minutes is not None and workspace.consultant is not None:
                planned = Appointment.model_validate(
                    {
                        **about, "kind": "andet", "citizen_id": citizen_id, "starts_at": starts_at,
                        "duration_minutes": minutes, "consultant_id": workspace.consultant.id,
                    }
                )  # fmt: skip
                found += other_collisions(workspace, names, planned, exclude=self._exclude)
            return tuple(found)

        return look

    def set_out(self) -> None:
        super().set_out()
        if self._planned.citizen_id:
            self.felts["day" if self._planned.starts_at is None else "at"].entry.focus()


class MoveForm(TimeForm):
    """Another time for an appointment."""

    def __init__(self, stored: Stored[Appointment], name: str, move: Callable[[datetime, int | None], Outcome]) -> None:
        """Args:
        stored: The appointment as it stands.
        name: Whom it is with.
        move: Moves it to a beginning and a length in minutes, `None` for the length it has; runs in a thread.
        """
        record = stored.record
        super().__init__(
            lambda: _("Flyt aftalen med {name}").format(name=name),
            lambda: self.when(record.starts_at, record.duration_minutes),
            lambda values: move(values["starts_at"], values["duration_minutes"]),
            save=lambda: _("Flyt"),
            exclude=stored.id,
        )
