"""Velkommen: five short steps from an empty machine to the first day. Each holds by itself; a later start goes on."""

from __future__ import annotations

import platform
import random
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from fieldtui.base.errors import ApprovalPending, FieldtuiError, Unreachable
from fieldtui.base.explain import explain
from fieldtui.base.i18n import LANGUAGES, _, language, set_language
from fieldtui.tui import preferences
from fieldtui.tui.background import aside
from fieldtui.tui.keymap import CONTEXTS, GLOBAL, bindings
from fieldtui.tui.presenters.guide import INTRODUCTIONS, Step, compare_words, groups_of, heading, same_group, steps
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.service_screen import Serving, too_small
from fieldtui.tui.theme import THEMES
from fieldtui.tui.widgets.bars import HintBar
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.fields import CleanInput
from fieldtui.tui.widgets.panel import Lines, Panel, TextPanel
from fieldtui.tui.widgets.secret import SecretField

if TYPE_CHECKING:
    from fieldtui.services.syncing import SyncReport
    from fieldtui.services.workspace import Workspace
    from fieldtui.tui.app import FieldtuiApp
    from fieldtui.wire.messages import Person

_ASKED_BACK: Final = 2
_SLICE_SECONDS: Final = 30
"""The device asks for the approval in slices, so that leaving the guide ends the asking."""


class Welcome(Serving):
    """The guide. Enter goes on; Esc stops here, and the next start goes on from the last finished step."""

    context = "velkommen"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(CONTEXTS["velkommen"]),
        Binding("ctrl+g", "other_words", show=False),
        Binding("enter", "go_on", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._step = Step.LOOK
        self._suggestion = ""
        self._code = ""
        self._asked: tuple[int, ...] = ()
        self._renewed = False
        self._words: tuple[str, ...] = ()
        self._busy = False
        self._enrol_url = self._enrol_code = self._device = ""

    @property
    def _app(self) -> FieldtuiApp:
        return cast("FieldtuiApp", self.app)

    def compose(self) -> ComposeResult:
        if self._step is Step.LOOK and self._app.open_workspace is not None:
            self._step = self._resumed_at(self._app.open_workspace)
        yield Lines(
            [
                line(
                    Piece(" fieldtui  ", "primary"),
                    _("Velkommen: 5 korte trin, ca. 3 minutter. Du kan stoppe når som helst."),
                )
            ],
            id="tabs",
        )
        with Horizontal(classes="row"):
            yield TextPanel(_("Trin"), steps(self._step), id="guide-steps")
            frame = Panel(heading(self._step), hint=_("Enter går videre"), id="guide")
            with frame, VerticalScroll(can_focus=False):
                yield Lines([_(INTRODUCTIONS[self._step]), ""], classes="wrap")
                if self._step is Step.RECOVERY and self._renewed:
                    yield Lines(
                        [_("Her er en ny kode. En kode, du skrev ned før, gælder ikke mere."), ""], classes="wrap"
                    )
                yield from self._fields()
                yield Lines(id="guide-said", classes="wrap")
        yield HintBar((*CONTEXTS["velkommen"], *(key for key in GLOBAL if key.action in {"language", "leave"})))
        yield too_small()

    def _resumed_at(self, workspace: Workspace) -> Step:
        """Where to go on with a vault that is there already."""
        from fieldtui.services import unlocking

        return Step.ENROL if unlocking.code_confirmed(workspace) else Step.RECOVERY

    def _fields(self) -> ComposeResult:
        match self._step:
            case Step.LOOK:
                tongues = [("da", "Dansk"), ("en", "English")]
                yield ChoiceField(_("Sprog"), tongues, value=language(), id="guide-language")
                looks = [("fjord", _("Mørk")), ("lys", _("Lys")), ("hoejkontrast", _("Høj kontrast"))]
                yield ChoiceField(_("Farver"), looks, value=self.app.theme, id="guide-theme")
            case Step.PASSPHRASE:
                yield Lines(self._suggestion_lines(), id="guide-suggestion", classes="wrap")
                yield SecretField(_("Adgangssætning"), id="guide-first")
                yield SecretField(_("Gentag"), id="guide-second")
            case Step.RECOVERY:
                yield Lines([line(Piece(f"   {self._code}", "bold")), ""], id="guide-code")
                for number in self._asked:
                    field = CleanInput(id=f"guide-group-{number}", max_length=12)
                    field.border_title = plain_content(
                        _("Skriv gruppe {number} fra dit papir").format(number=number + 1)
                    )
                    yield field
            case Step.ENROL:
                yield from self._enrol_fields()
            case Step.FETCH:
                yield Lines(id="guide-progress")

    def _enrol_fields(self) -> ComposeResult:
        device = self._device or platform.node().split(".")[0]
        for name, label, value in (
            ("url", _("Adresse"), self._enrol_url),
            ("code", _("Kode"), self._enrol_code),
            ("device", _("Maskinens navn"), device),
        ):
            field = CleanInput(value, id=f"guide-{name}", max_length=400)
            field.border_title = plain_content(label)
            yield field

    def set_out(self) -> None:
        fields = self.query("ChoiceField, SecretField, CleanInput")
        if fields:
            fields.first().focus()
        if self._words and self._step is Step.ENROL:
            self._say_lines(compare_words(self._words))
        if self._step is Step.RECOVERY and not self._code and not self._busy:
            self._renew_code()
        if self._step is Step.FETCH and not self._busy:
            self._fetch()

    def _go(self, step: Step) -> None:
        self._step = step
        self._busy = True  # until the step's fields are there, Enter has nothing to read
        self.call_later(self._rebuild)  # in this screen's own pump

    async def _rebuild(self) -> None:
        await self.recompose()
        self._busy = False
        if self.is_attached and not self._app.ending:  # it may have been locked meanwhile
            self.set_out()

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._say_lines([line(Piece(f"× {text}", "error")) if wrong else line(text)])

    def _say_lines(self, lines: list[Line]) -> None:
        self.query_one("#guide-said", Lines).show(lines)

    def _refused(self, error: FieldtuiError) -> None:
        self._busy = False
        self._say(explain(error), wrong=True)

    # --- Enter ------------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._enter(event.input)

    def on_secret_field_submitted(self, event: SecretField.Submitted) -> None:
        event.stop()
        self._enter(event.field)

    def action_go_on(self) -> None:
        """Enter on a choice or on nothing goes on."""
        self._enter(None)

    def _enter(self, field: Any) -> None:
        fields = list(self.query("SecretField, CleanInput"))
        if field is not None and field in fields[:-1]:
            fields[fields.index(field) + 1].focus()
            return
        if self._busy:
            return
        match self._step:
            case Step.LOOK:
                self._suggest()
                self._go(Step.PASSPHRASE)
            case Step.PASSPHRASE:
                self._make_vault()
            case Step.RECOVERY:
                self._check_groups()
            case Step.ENROL:
                self._enrol()
            case Step.FETCH:
                self._begin()

    # --- 1 look -----------------------------------------------------------------------------------

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        if event.field.id == "guide-theme":
            self.app.theme = next(theme.name for theme in THEMES if theme.name == event.field.value)
        elif event.field.value != language():
            set_language(next(known for known in LANGUAGES if known == event.field.value))
            self.call_later(self.speak)

    # --- 2 passphrase -----------------------------------------------------------------------------

    def _suggest(self) -> None:
        from fieldtui.services.unlocking import suggest_passphrase

        self._suggestion = suggest_passphrase(random.SystemRandom().randint)

    def _suggestion_lines(self) -> list[Line]:
        return [
            line(_("Et forslag med fem tilfældige ord:")),
            line(Piece(f"   {self._suggestion}", "primary")),
            line(
                Piece(
                    _("Ctrl+G giver fem andre. Eller find på din egen: mindst 15 tegn. F2 viser det, du skriver."),
                    "dim",
                )
            ),
            line(""),
        ]

    def action_other_words(self) -> None:
        """Ctrl+G: five other words."""
        if self._step is Step.PASSPHRASE:
            self._suggest()
            self.query_one("#guide-suggestion", Lines).show(self._suggestion_lines())

    def _make_vault(self) -> None:
        from fieldtui.services import unlocking

        first, second = self.query_one("#guide-first", SecretField), self.query_one("#guide-second", SecretField)
        if not first.buffer:
            first.focus()
            self._say(_("Skriv din adgangssætning i det øverste felt først."), wrong=True)
            return
        if first.buffer != second.buffer:
            second.wipe()
            second.focus()
            self._say(_("De to er ikke ens. Skriv den anden igen."), wrong=True)
            return
        secret = unlocking.Secret.of(first.buffer.decode("utf-8", "replace"))
        self._busy = True
        self._say(_("Laver den krypterede boks …"))

        def make() -> tuple[Workspace, str]:
            try:
                return unlocking.create(self._app.folder, secret, clock=self._app.clock, ids=self._app.ids)
            finally:
                secret.wipe()

        self.run_service(make, self._made, on_error=self._refused)

    def _made(self, made: tuple[Workspace, str]) -> None:
        workspace, code = made
        for field in self.query(SecretField):
            field.wipe()
        self._suggestion = ""
        self._app.adopt(workspace)
        preferences.remember(self._app.folder, language=language(), theme=self.app.theme)
        self._show_code(code)

    # --- 3 recovery code --------------------------------------------------------------------------

    def _show_code(self, code: str) -> None:
        self._code = code
        self._asked = tuple(sorted(random.SystemRandom().sample(range(len(groups_of(code))), _ASKED_BACK)))
        self._go(Step.RECOVERY)

    def _renew_code(self) -> None:
        """The guide ended before the code was typed back: nobody may have it, so there must be a new one."""
        from fieldtui.services import unlocking

        self._busy = self._renewed = True
        workspace, clock = self._app.workspace, self._app.clock
        self.run_service(lambda: unlocking.new_code(workspace, clock=clock), self._show_code, on_error=self._refused)

    def _check_groups(self) -> None:
        from fieldtui.services import unlocking

        if not self._code:  # making it was refused: Enter tries again
            self._renew_code()
            return
        groups = groups_of(self._code)
        for number in self._asked:
            field = self.query_one(f"#guide-group-{number}", Input)
            if not same_group(field.value, groups[number]):
                field.focus()
                self._say(_("Gruppe {number} passer ikke. Se på papiret igen.").format(number=number + 1), wrong=True)
                return
        self._busy = True
        workspace = self._app.workspace
        self.run_service(lambda: unlocking.confirm_code(workspace), self._code_confirmed, on_error=self._refused)

    def _code_confirmed(self, _nothing: None) -> None:
        self._code = ""
        if self._app.workspace.consultant is None:
            self._go(Step.ENROL)
        else:  # a vault that was recovered, or got new keys: there is nothing else to set up
            self._begin()

    # --- 4 enrol ----------------------------------------------------------------------------------

    def _enrol(self) -> None:
        self._enrol_url = self.query_one("#guide-url", Input).value.strip()
        self._enrol_code = self.query_one("#guide-code", Input).value.strip()
        self._device = self.query_one("#guide-device", Input).value.strip()
        if not self._enrol_url or not self._enrol_code:
            self._say(_("Adresse og kode mangler. Du får dem af din leder."), wrong=True)
            return
        self._busy = True
        self._say(_("Spørger kontoret …"))
        self._ask_office()

    def _ask_office(self) -> None:
        url, code, device = self._enrol_url, self._enrol_code, self._device
        enrolment = self._app.workspace.enrolment

        def ask() -> Person:
            return enrolment.enrol(
                url,
                code,
                device_name=device,
                on_words=lambda words: self._app.tell(self._show_words, words),
                wait_seconds=_SLICE_SECONDS,
            )

        aside(
            ask,
            on_done=lambda person: self._app.tell(self._enrolled, person),
            on_error=lambda error: self._app.tell(self._not_enrolled, error),
            on_fault=lambda fault: self._app.tell(self._app.fault, fault),
        )

    def _show_words(self, words: tuple[str, ...]) -> None:
        self._words = words
        if self.is_attached:
            self._say_lines(compare_words(words))

    def _not_enrolled(self, error: FieldtuiError) -> None:
        if not self.is_attached or self._app.ending:
            return
        if isinstance(error, ApprovalPending):
            self._ask_office()
        else:
            self._refused(error)

    def _enrolled(self, person: Person) -> None:
        del person  # shown in the status bar from now on
        if self.is_attached and not self._app.ending:
            self._app.watch_over()  # from here on there are citizens to lock away
            self._go(Step.FETCH)

    # --- 5 first sync -----------------------------------------------------------------------------

    def _fetch(self) -> None:
        self._busy = True
        self._say(_("Henter …"))
        workspace = self._app.workspace
        aside(
            lambda: workspace.syncing.run(manual=True, cancelled=lambda: self._app.ending),
            on_done=lambda report: self._app.tell(self._fetched, report),
            on_error=lambda error: self._app.tell(self._not_fetched, error),
            on_fault=lambda fault: self._app.tell(self._app.fault, fault),
        )

    def _fetched(self, report: SyncReport) -> None:
        self._busy = False
        if self.is_attached:
            self._say(_("√ {count} poster er hentet. Tryk Enter for at begynde.").format(count=report.pulled))

    def _not_fetched(self, error: FieldtuiError) -> None:
        self._busy = False
        if not self.is_attached or self._app.ending:
            return
        after = (
            _(" Tryk Enter for at begynde; resten hentes, når der er net.") if isinstance(error, Unreachable) else ""
        )
        self._say(explain(error) + after, wrong=True)

    def _begin(self) -> None:
        self.app.pop_screen()
        self._app.begin()

    def action_later(self) -> None:
        """Esc: stop here. What was done stays; a code that was not typed back yet is replaced by a new one next time."""
        self._app.leave_at_once()
