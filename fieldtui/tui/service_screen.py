"""The frame of every screen: tabs, content, status, hints; and services run in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static, TextArea
from textual.worker import get_current_worker

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.tui.keymap import Key, hints, is_for
from fieldtui.tui.routes import ROUTES
from fieldtui.tui.shell import Shell
from fieldtui.tui.widgets.bars import HintBar, StatusBar, TabsRow
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.choosing import PickField
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.linetable import LineTable
from fieldtui.tui.widgets.panel import Panel

T = TypeVar("T")
Loaded = TypeVar("Loaded")
Answer = TypeVar("Answer")


_READS: Final = frozenset({"load", "details"})


def too_small() -> Static:
    """The one sentence of a window that is too small."""
    text = _("Gør vinduet større (mindst 80×24) eller tryk Ctrl+minus.")
    return Static(plain_content(text), id="too-small", markup=False)


def hidden() -> Static:
    """All there is to see of a dialog that was open when F6 was pressed."""
    return Static(plain_content(_("Skjult. F6 viser igen, og F6 to gange låser.")), id="hidden", markup=False)


class Serving(Screen[Any]):
    """What screens and dialogs have in common."""

    context: ClassVar[str] = ""
    """Part of the keymap that belongs to this screen."""

    @property
    def shell(self) -> Shell:
        """The app around this screen."""
        return cast(Shell, self.app)

    _built: int = 0
    """How often the widgets were made anew."""

    def run_service(
        self,
        call: Callable[[], T],
        on_done: Callable[[T], Any] | None = None,
        *,
        on_error: Callable[[FieldtuiError], None] | None = None,
        group: str = "service",
    ) -> None:
        """Run a service in a thread; the screen stays alive meanwhile.

        Args:
            call: The service call. It touches no widget.
            on_done: Gets the answer, on the screen's own thread, if the screen is still there.
            on_error: Gets what the service refused; without it the error's sentence is shown.
            group: Calls that only read (`load`, `details`) replace each other within their group: the answer of an
                older one is dropped. All others count.
        """
        built = self._built

        def work() -> None:
            worker = get_current_worker()
            try:
                answer = call()
            except FieldtuiError as error:
                if not worker.is_cancelled:
                    self.shell.tell(self._failed, error, on_error)
                return
            if on_done is not None and not worker.is_cancelled:
                self.shell.tell(self._answered, on_done, answer, built if group in _READS else None)

        self.run_worker(work, thread=True, group=group, exclusive=group in _READS, exit_on_error=True)

    def _answered(self, on_done: Callable[[T], Any], answer: T, built: int | None) -> Any:
        """Hand an answer on; what `on_done` returns is awaited by the caller where it can be.

        What was asked for by widgets that are gone since, because the language changed, is dropped: the new ones asked again.
        """
        if not self._stands or (built is not None and (built != self._built or not self.is_mounted)):
            return None
        return on_done(answer)

    @property
    def _stands(self) -> bool:
        """False once the screen is being taken down: its widgets may be gone already."""
        return self.is_attached and not (self._pruning or self._closing)

    def _failed(self, error: FieldtuiError, on_error: Callable[[FieldtuiError], None] | None) -> None:
        if on_error is not None and self._stands:
            on_error(error)
        else:
            self.shell.fail(error)

    def change(self, call: Callable[[], Any]) -> None:
        """Run a service that changes something; what it did is shown, with the way back."""
        self.run_service(call, self.shell.done, group="change")

    def set_out(self) -> None:
        """Called when the widgets are there, and again after a change of language."""

    def on_mount(self) -> None:
        self.set_out()

    async def speak(self) -> None:
        """Build the screen anew in the language in force; what was typed and chosen stays."""
        focused = self.focused.id if self.focused else None
        cursors = {table.id: table.cursor_key for table in self.query(LineTable) if table.id}
        typed = {entry.id: _text(entry) for entry in self._entries() if entry.id}
        chosen = {field.id: field.value for field in self.query(ChoiceField) if field.id}
        picked = {field.id: field.code for field in self.query(PickField) if field.id}
        self._built += 1
        await self.recompose()
        for entry in self._entries():
            if entry.id in typed:
                _set_text(entry, typed[entry.id])
        for choice in self.query(ChoiceField):
            if choice.id in chosen:
                with choice.prevent(ChoiceField.Changed):
                    choice.pick(chosen[choice.id])
        for field in self.query(PickField):
            if code := picked.get(field.id or ""):
                field.pick(code)
        for table in self.query(LineTable):
            table.expect(cursors.get(table.id or ""))
        self.set_out()
        if focused and (found := self.query(f"#{focused}")):
            found.first().focus()

    def _entries(self) -> Iterable[Input | TextArea]:
        yield from self.query(Input)
        yield from self.query(TextArea)

    def save_now(self) -> None:
        """Put what is being written into its draft, at once, to be opened again; called before a lock and at the end."""


def _text(entry: Input | TextArea) -> str:
    return entry.text if isinstance(entry, TextArea) else entry.value


def _set_text(entry: Input | TextArea, text: str) -> None:
    if isinstance(entry, TextArea):
        entry.load_text(text)
    else:
        entry.value = text


class ServiceScreen(Serving, Generic[Loaded]):
    """A whole screen. Subclasses give `body`, `load` (in a thread) and `show` (with what was loaded)."""

    AUTO_FOCUS = ""
    first_focus: ClassVar[str] = ""
    """Selector of the widget that has the focus when the screen opens."""
    tab: ClassVar[str] = ""
    """Which tab is lit."""

    def compose(self) -> ComposeResult:
        yield TabsRow(self.tab or self.context, tuple(ROUTES), self.shell.facts.role)
        yield from self.body()
        yield StatusBar(self.shell.facts)
        yield HintBar(hints(self.context, on_screen=True, role=self.shell.facts.role))
        yield too_small()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say of a key that is somebody else's to use whose it is, before anything is typed for nothing."""
        if not is_for(self.shell.facts.role, self.context, action):
            self.shell.notice(_("Det gør borgerens konsulent. Skriv et brobygningsnotat (b), hvis noget skal videre."))
            return False
        return super().check_action(action, parameters)

    def body(self) -> ComposeResult:
        """What stands between tabs and status bar."""
        raise NotImplementedError

    def load(self) -> Loaded:
        """Fetch what the screen shows. Runs in a thread and touches no widget."""
        raise NotImplementedError

    def show(self, loaded: Loaded) -> None:
        """Put what was loaded into the widgets."""
        raise NotImplementedError

    def reload(self) -> None:
        """Load and show anew."""
        self.run_service(self.load, self.show, group="load")

    def set_out(self) -> None:
        self.show_facts()
        if self.first_focus and (found := self.query(self.first_focus)):
            found.first().focus()
        self.reload()

    def on_screen_resume(self) -> None:
        """Coming back from another screen: what changed meanwhile is shown."""
        if self.query(StatusBar):
            self.show_facts()
            self.reload()

    def show_facts(self) -> None:
        """Show the app's state in the bars."""
        facts = self.shell.facts
        for bar in self.query(StatusBar):
            bar.show(facts)
        for tabs in self.query(TabsRow):
            tabs.show_conflicts(facts.conflicts)

    def action_back(self) -> None:
        """Esc: out of a field, else back to the screen before."""
        if isinstance(self.focused, (Input, TextArea)) and self.first_focus:
            self.query(self.first_focus).first().focus()
        elif len(self.app.screen_stack) > 2:
            self.app.pop_screen()


class Dialog(Serving, ModalScreen[Answer], Generic[Answer]):
    """A question over a screen. Esc leaves it without an answer; a dialog changes nothing itself."""

    title_text: str = ""

    def compose(self) -> ComposeResult:
        with Panel(self.heading(), hint=self.footing(), id="dialog", classes=self.size_class):
            yield from self.body()
        yield HintBar(self.hinted())
        yield too_small()
        yield hidden()

    def hinted(self) -> tuple[Key, ...]:
        """The keys the footer offers: those that do something here."""
        return hints(self.context, on_screen=False)

    size_class: ClassVar[str] = "wide"

    def heading(self) -> str:
        """What stands in the upper edge."""
        return ""

    def footing(self) -> str:
        """What stands in the lower edge."""
        return ""

    def body(self) -> ComposeResult:
        """The fields."""
        raise NotImplementedError

    _had_focus: str | None = None

    def cover(self, covered: bool) -> None:
        """Hide everything: a form that is half filled in is about somebody. What stands in it stays, and so does the place."""
        if covered == self.has_class("-hidden"):
            return
        if covered:
            self._had_focus = self.focused.id if self.focused else None
        self.set_class(covered, "-hidden")
        if not covered and self._had_focus and (found := self.query(f"#{self._had_focus}")):
            self.call_after_refresh(found.first().focus)

    def action_close(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)
