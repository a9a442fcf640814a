"""What a team leader is asked: the word that proves a device, who takes whom, and words that are typed before a laptop is shut out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Button, Input

from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.services.teamview import Turn
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import team as present
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.fields import RequiredField
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines
from fieldtui.wire.team import CodeAnswer, TeamEnrolment, TeamPicture

HIDDEN: Final = "······"


@dataclass(frozen=True, slots=True)
class Given:
    """What a form was given; nothing has been done yet."""

    values: Mapping[str, Any]
    message: str = ""
    warnings: tuple[str, ...] = field(default=())


def ask_for(
    title: Callable[[], str],
    entries: Callable[[], Sequence[Entry]],
    *,
    save: Callable[[], str],
    note: Callable[[], str] = str,
    confirm: str | None = None,
) -> EntryForm:
    """A form that only collects; its answer is a `Given`.

    Args:
        title: In its upper edge.
        entries: Its fields.
        save: The word on its button.
        note: A line above the button.
        confirm: A word that must be typed into the field `confirm` before it goes on.
    """

    def submit(values: dict[str, Any]) -> Given:
        if confirm is not None and fold(values.get("confirm") or "") != fold(confirm):
            reason = _("Skriv {word} for at gå videre.").format(word=confirm)
            raise InvalidRecords((LineProblem(None, "confirm", reason),))
        return Given(values)

    return EntryForm(title, entries, submit, save=save, note=note)


class ApproveDialog(Dialog[TeamEnrolment]):
    """Shows five of a device's six words; the sixth is typed as the colleague reads it out. So nobody approves unread."""

    context = "formular"
    size_class = "narrow"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["formular"])

    def __init__(self, enrolment: TeamEnrolment, who: str, *, hidden: int | None = None) -> None:
        """Args:
        enrolment: The device that waits.
        who: Whose it says it is.
        hidden: Which word is asked for, from 0; any where it is not given.
        """
        super().__init__()
        self._enrolment = enrolment
        self._who = who
        self._hidden = secrets.randbelow(len(enrolment.words)) if hidden is None else hidden

    def heading(self) -> str:
        return _("Godkend {who}s maskine {name}?").format(who=self._who, name=self._enrolment.device_name)

    def footing(self) -> str:
        return _("Enter godkender · Esc lukker")

    def body(self) -> ComposeResult:
        shown = [HIDDEN if n == self._hidden else word for n, word in enumerate(self._enrolment.words)]
        yield Lines(
            (
                _("Bed kollegaen læse de seks ord op fra sin skærm. Her står:"),
                "",
                line(Piece("  " + "  ".join(shown), "bold")),
                "",
                _("Er blot ét ord et andet, er det en anden maskine: luk, og ring til IT."),
            ),
            classes="wrap",
        )
        yield RequiredField("word", _("Ord nummer {number}, som kollegaen læser det").format(number=self._hidden + 1))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: compare."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Compare the word; go on only where it is the same."""
        typed = self.query_one(RequiredField)
        if not typed.check():
            return
        if fold(typed.value).strip() != fold(self._enrolment.words[self._hidden]):
            typed.fail(_("Det er ikke maskinens ord. Den er ikke godkendt."))
            return
        self.dismiss(self._enrolment)


class CodeDialog(Dialog[None]):
    """Shows a new code until it is closed."""

    context = "find"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["find"])

    def __init__(self, made: CodeAnswer, who: str) -> None:
        super().__init__()
        self._made = made
        self._who = who

    def heading(self) -> str:
        return _("Kode til {who}s nye maskine").format(who=self._who)

    def footing(self) -> str:
        return _("Esc lukker")

    def body(self) -> ComposeResult:
        yield Lines(
            (
                line(_("Kode  "), Piece(self._made.code, "bold")),
                line(_("Gælder til kl. {time}, til én maskine.").format(time=self._made.expires_at[11:16])),
                "",
                _("Kollegaen vælger Tilmeld på den nye maskine og skriver koden og adressen:"),
                Piece(self._made.url, "primary"),
                "",
                _("Når det er gjort, står maskinen under Maskiner her: godkend den med g og de seks ord."),
            ),
            classes="wrap",
        )


class CoverDialog(Dialog[dict[str, str]]):
    """Who takes whom; space goes on to the next colleague, and to nobody. Answers with consultant id by citizen id."""

    context = "daekning"
    AUTO_FOCUS = "#cover"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["daekning"])

    def __init__(
        self,
        title: Callable[[], str],
        picture: TeamPicture,
        turns: Sequence[Turn],
        between: Mapping[str, str],
        covers: Mapping[str, str],
        *,
        save: Callable[[], str],
    ) -> None:
        """Args:
        title: What is decided.
        picture: The team.
        turns: Whom it is about, in order.
        between: Initials by consultant id, of who can be chosen.
        covers: What is chosen at first.
        save: The word on the button.
        """
        super().__init__()
        self._title = title
        self._picture = picture
        self._turns = tuple(turns)
        self._between = dict(between)
        self._covers = dict(covers)
        self._save = save

    def heading(self) -> str:
        return self._title()

    def footing(self) -> str:
        return _("Mellemrum skifter · Ctrl+S gemmer · Esc lukker")

    def body(self) -> ComposeResult:
        yield LineTable(
            (
                Column(width=5),
                Column(width=5, fit=True),
                Column(),
                Column(width=10, fit=True),
                Column(width=16, fit=True),
            ),
            self._rows(),
            id="cover",
            empty=_("Ingen borgere at dække."),
        )
        yield Lines((present.cover_summary(self._turns, self._covers, self._between),), id="cover-summary")
        yield Button(plain_content(self._save()), id="cover-save", compact=True)

    def _rows(self) -> Any:
        return present.cover_rows(self._picture, self._turns, self._covers, self._between)

    def action_next_cover(self) -> None:
        """Space, → and a second click: the next colleague for the citizen under the cursor, at last nobody."""
        self._step(1)

    def action_previous_cover(self) -> None:
        """←: the one before."""
        self._step(-1)

    def _step(self, step: int) -> None:
        table = self.query_one("#cover", LineTable)
        citizen = table.cursor_key
        if citizen is None:
            return
        ring: list[str | None] = [*self._between, None]
        who = ring[(ring.index(self._covers.get(citizen)) + step) % len(ring)]
        if who is None:
            self._covers.pop(citizen, None)
        else:
            self._covers[citizen] = who
        table.set_rows(self._rows())
        self.query_one("#cover-summary", Lines).show((present.cover_summary(self._turns, self._covers, self._between),))

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self._step(1)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Ctrl+S: answer. Where nobody is chosen for anybody there is nothing to answer with."""
        self.dismiss(dict(self._covers) or None)
