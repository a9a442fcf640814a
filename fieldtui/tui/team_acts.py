"""What a team leader does for the team: substitutes and hand-overs, and the way to the central system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.services import teamview
from fieldtui.services.team import Seen
from fieldtui.services.teamview import Colleague
from fieldtui.tui.background import aside
from fieldtui.tui.dialogs.ask import ChooseDialog, ConfirmDialog
from fieldtui.tui.dialogs.entries import Entry
from fieldtui.tui.dialogs.team import CoverDialog, Given, ask_for
from fieldtui.tui.presenters.dates import with_day
from fieldtui.tui.service_screen import Serving
from fieldtui.tui.widgets.linetable import LineTable
from fieldtui.wire.messages import Person
from fieldtui.wire.team import Acted, TeamDevice, TeamPicture

T = TypeVar("T")


class TeamActs(Serving):
    """Mixed into the screen that shows the team."""

    _seen: Seen | None = None
    _colleagues: tuple[Colleague, ...] = ()

    def ask_again(self) -> None:
        """Ask the central system for the team as it stands now."""
        raise NotImplementedError

    # --- what stands under the cursor ---------------------------------------------------------------

    def _chosen(self) -> Colleague | None:
        key = self.query_one("#colleagues", LineTable).cursor_key
        return next((each for each in self._colleagues if each.person.id == key), None)

    @property
    def _initials(self) -> dict[str, str]:
        return {person.id: person.initials for person in self._picture.people}

    @property
    def _picture(self) -> TeamPicture:
        assert self._seen is not None  # noqa: S101  every act looks first whether there is one
        return self._seen.picture

    def _device(self, device_id: str) -> TeamDevice:
        return next(each for each in self._picture.devices if each.id == device_id)

    def _ready(self) -> bool:
        """True where there is a team to act for; says so where there is not."""
        if self._seen is None:
            self.shell.notice(_("Teamet er ikke hentet endnu. Tryk F5, når der er net."))
        return self._seen is not None

    def _with_consultant(self, question: str, then: Callable[[Person], None]) -> None:
        """The consultant under the cursor; where somebody else stands there, ask."""
        chosen = self._chosen()
        if chosen is not None and chosen.person.role == "consultant":
            then(chosen.person)
            return
        people = [person for person in self._picture.people if person.role == "consultant"]
        choices = [(person.id, person.initials, person.name) for person in people]
        self.shell.ask(
            ChooseDialog(question, choices), lambda key: then(next(each for each in people if each.id == key))
        )

    def _others(self, person: Person) -> tuple[tuple[str, str], ...]:
        return tuple(
            (each.id, f"{each.initials} {each.name}")
            for each in self._picture.people
            if each.role == "consultant" and each.id != person.id
        )

    # --- somebody is ill ----------------------------------------------------------------------------

    def action_substitute(self) -> None:
        """`s`: who is away, until when, and who takes whom; one act."""
        if self._ready():
            self._with_consultant(_("Hvem er væk?"), self._ask_who_covers)

    def _ask_who_covers(self, away: Person) -> None:
        others = self._others(away)
        if not others:
            self.shell.notice(_("Der er ingen andre konsulenter at give borgerne til."))
            return

        def entries() -> tuple[Entry, ...]:
            return (
                Entry("cover", _("Hvem dækker?"), "pick", options=others, optional=False),
                Entry("also", _("Hvem mere? (deler borgerne)"), "pick", options=others, beside=True),
                Entry("until", _("Til og med"), "date", self.shell.today, optional=False),
            )

        form = ask_for(
            lambda: _("{name} er væk: hvem dækker?").format(name=away.initials),
            entries,
            save=lambda: _("Videre"),
            note=lambda: _("Vikaren ser borgerne ved næste synk og mister dem igen dagen efter den sidste dag."),
        )
        self.shell.ask(form, lambda given: self._ask_who_takes_whom(away, given))

    def _ask_who_takes_whom(self, away: Person, given: Given) -> None:
        between = list(dict.fromkeys(who for who in (given.values["cover"], given.values["also"]) if who))
        until: date = given.values["until"]
        turns = teamview.turns(self._picture, away.id, self.shell.now())
        self._ask_covers(away, turns, between, until, teamview.split(self._picture, turns, between))

    def _ask_covers(
        self, away: Person, turns: Sequence[teamview.Turn], between: Sequence[str], until: date, covers: dict[str, str]
    ) -> None:
        initials = self._initials

        def title() -> str:
            return _("{name} er væk til og med {day}: hvem tager hvem?").format(name=away.initials, day=with_day(until))

        def chosen(covers: dict[str, str]) -> None:
            self._act(
                lambda: self.shell.workspace.team.substitute(away.id, covers, until),
                lambda acted: _("{count} borgere har vikar til og med {day}. Vikarerne får dem ved næste synk.").format(
                    count=acted.changed, day=with_day(until)
                ),
                again=lambda: self._ask_covers(away, turns, between, until, covers),
            )

        dialog = CoverDialog(
            title, self._picture, turns, {who: initials[who] for who in between}, covers, save=lambda: _("Gør det")
        )
        self.shell.ask(dialog, chosen)

    # --- handing over -------------------------------------------------------------------------------

    def action_hand_over(self) -> None:
        """`h`: citizens get another consultant for good."""
        if self._ready():
            self._with_consultant(_("Hvis borgere?"), self._ask_who_gets)

    def _ask_who_gets(self, giver: Person) -> None:
        others = self._others(giver)
        if not others:
            self.shell.notice(_("Der er ingen andre konsulenter at give borgerne til."))
            return

        def entries() -> tuple[Entry, ...]:
            whole = (("all", _("Alle")), ("some", _("Jeg vælger")))
            return (
                Entry("to", _("Hvem får dem?"), "pick", options=others, optional=False),
                Entry("which", _("Hvilke"), "choice", "all", options=whole),
            )

        form = ask_for(
            lambda: _("Overdrag {name}s borgere").format(name=giver.initials), entries, save=lambda: _("Videre")
        )
        self.shell.ask(form, lambda given: self._ask_which(giver, given))

    def _ask_which(self, giver: Person, given: Given) -> None:
        to: str = given.values["to"]
        turns = [
            turn
            for turn in teamview.turns(self._picture, giver.id, self.shell.now())
            if turn.citizen.primary == giver.id
        ]
        covers = {turn.citizen.id: to for turn in turns} if given.values["which"] == "all" else {}
        name = self._initials[to]

        def title() -> str:
            return _("Fra {giver} til {taker}: hvilke borgere?").format(giver=giver.initials, taker=name)

        dialog = CoverDialog(title, self._picture, turns, {to: name}, covers, save=lambda: _("Videre"))
        self.shell.ask(dialog, lambda chosen: self._confirm_hand_over(giver, name, chosen))

    def _confirm_hand_over(self, giver: Person, taker: str, covers: dict[str, str]) -> None:
        question = _("Giv {count} borgere fra {giver} til {taker}?").format(
            count=len(covers), giver=giver.initials, taker=taker
        )
        consequence = _("De forlader {giver}s maskine ved næste synk. Det, der ikke er sendt, går til {taker}.").format(
            giver=giver.initials, taker=taker
        )

        def answered(yes: bool) -> None:
            if yes:
                self._act(
                    lambda: self.shell.workspace.team.hand_over(covers),
                    lambda acted: _("{count} borgere er givet til {taker}.").format(count=acted.changed, taker=taker),
                    again=lambda: self._confirm_hand_over(giver, taker, covers),
                )

        self.shell.ask(ConfirmDialog(question, consequence, _("Ja, overdrag")), answered)

    # --- the way there ------------------------------------------------------------------------------

    def _act(self, call: Callable[[], T], said: Callable[[T], str], *, again: Callable[[], None] | None = None) -> None:
        """Let the central system do something; say so, and look again. Where it fails, what was chosen is offered again."""

        def done(answer: T) -> None:
            nothing = isinstance(answer, Acted) and not answer.changed
            self.shell.notice(_("Det var gjort allerede. Intet er ændret.") if nothing else said(answer), seconds=12)
            self.ask_again()

        def failed(error: FieldtuiError) -> None:
            if again is not None:
                again()
            self.shell.fail(error)

        self._aside(call, done, failed)

    def _aside(self, call: Callable[[], T], done: Callable[[T], Any], failed: Callable[[FieldtuiError], Any]) -> None:
        """Ask the central system in a thread that a lock need not wait for."""
        app: Any = self.app
        aside(
            call,
            on_done=lambda answer: app.tell(self._if_there, done, answer),
            on_error=lambda error: app.tell(self._if_there, failed, error),
            on_fault=lambda fault: app.tell(app.fault, fault),
        )

    def _if_there(self, then: Callable[[Any], Any], answer: Any) -> None:
        if self._stands:
            then(answer)
