"""What a team leader does with devices: codes, approvals, revoked and lost laptops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fieldtui.base.i18n import _
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry
from fieldtui.tui.dialogs.team import ApproveDialog, CodeDialog, ask_for
from fieldtui.tui.team_acts import TeamActs
from fieldtui.tui.widgets.linetable import LineTable
from fieldtui.wire.team import CodeAnswer, TeamDevice, TeamEnrolment

REVOKE_WORD: Final = "SPÆR"
LOST_WORD: Final = "MISTET"
"""Typed by hand before a device is shut out; the same in every language."""


class DeviceActs(TeamActs):
    """Mixed into the screen that shows the team."""

    def action_new_code(self) -> None:
        """`n`: a code for a colleague's new device."""
        if not self._ready():
            return
        chosen = self._chosen()
        first = [chosen.person] if chosen is not None else []
        people = [*first, *(each for each in self._picture.people if each not in first)]
        choices = [(person.initials, person.initials, person.name) for person in people]

        def make(initials: str) -> None:
            self._aside(
                lambda: self.shell.workspace.team.make_code(initials),
                lambda made: self._show_code(made, initials),
                self.shell.fail,
            )

        self.shell.ask(ChooseDialog(_("Kode til hvis maskine?"), choices), make)

    def _show_code(self, made: CodeAnswer, initials: str) -> None:
        self.shell.ask(CodeDialog(made, initials), lambda _nothing: None)

    def action_approve(self) -> None:
        """`g`: compare the words of the device that waits, and let it in."""
        if not self._ready():
            return
        waiting = self._picture.enrolments
        kind, _colon, key = (self.query_one("#devices", LineTable).cursor_key or "").partition(":")
        under = [each for each in waiting if kind == "enrolment" and each.reference == key]
        if not waiting:
            self.shell.notice(_("Ingen maskine venter. Lav en kode med n, og lad kollegaen bruge den på maskinen."))
        elif under or len(waiting) == 1:
            self._approve((under or waiting)[0])
        else:
            choices = [(each.reference, self._initials.get(each.consultant, "–"), each.device_name) for each in waiting]
            self.shell.ask(
                ChooseDialog(_("Hvilken maskine?"), choices),
                lambda ref: self._approve(next(each for each in waiting if each.reference == ref)),
            )

    def _approve(self, enrolment: TeamEnrolment) -> None:
        who = self._initials.get(enrolment.consultant, "–")

        def compared(approved: TeamEnrolment) -> None:
            self._act(
                lambda: self.shell.workspace.team.approve(approved),
                lambda _acted: _("{who}s maskine er godkendt. Den henter borgerne selv.").format(who=who),
            )

        self.shell.ask(ApproveDialog(enrolment, who), compared)

    def _with_device(self, question: str, then: Callable[[TeamDevice], None]) -> None:
        """The device under the cursor of the list of devices, else one of the colleague's."""
        if not self._ready():
            return
        table = self.query_one("#devices", LineTable)
        kind, _colon, key = (table.cursor_key or "").partition(":")
        if table.has_focus and kind == "device":
            then(self._device(key))
            return
        chosen = self._chosen()
        devices = [each for each in (chosen.devices if chosen else ()) if each.revoked_at is None]
        devices = devices or [each for each in self._picture.devices if each.revoked_at is None]
        choices = [(each.id, each.name, self._initials.get(each.consultant, "–")) for each in devices]
        self.shell.ask(ChooseDialog(question, choices), lambda device_id: then(self._device(device_id)))

    def action_revoke(self) -> None:
        """`p`: shut a device out."""
        self._with_device(_("Hvilken maskine skal spærres?"), self._revoke)

    def _revoke(self, device: TeamDevice) -> None:
        self._typed(
            device,
            REVOKE_WORD,
            lambda: _("Spær maskinen {name}?").format(name=device.name),
            lambda: _(
                "Den låser ved næste kontakt. Det, den har, bliver på den; en fejl kan rettes med en ny tilmelding."
            ),
            lambda reason: self._act(
                lambda: self.shell.workspace.team.revoke(device.id, reason),
                lambda _acted: _("Maskinen {name} er spærret.").format(name=device.name),
            ),
        )

    def action_lost(self) -> None:
        """`l`: a device is lost: shut it out, and write its sheet."""
        self._with_device(_("Hvilken maskine er mistet?"), self._lose)

    def _lose(self, device: TeamDevice) -> None:
        team = self.shell.workspace.team

        def lose(reason: str) -> None:
            self._act(
                lambda: (team.lose(device.id, reason), team.write_lost_sheet(device.id))[1],
                lambda file: _("Maskinen {name} er meldt mistet og spærret. Arket ligger i {file}").format(
                    name=device.name, file=file
                ),
            )

        self._typed(
            device,
            LOST_WORD,
            lambda: _("Er maskinen {name} mistet?").format(name=device.name),
            lambda: _("Den spærres, og arket “Mistet maskine” skrives: hvad der var på den, og hvad der skal gøres."),
            lose,
        )

    def _typed(
        self,
        device: TeamDevice,
        word: str,
        title: Callable[[], str],
        note: Callable[[], str],
        then: Callable[[str], None],
    ) -> None:
        """Ask for the reason and the word, then go on."""
        del device

        def entries() -> tuple[Entry, ...]:
            return (
                Entry("reason", _("Hvorfor?"), optional=False, hint=_("skrives i kontorets log")),
                Entry("confirm", _("Skriv {word}").format(word=word), optional=False),
            )

        form = ask_for(title, entries, save=lambda: _("Gør det"), note=note, confirm=word)
        self.shell.ask(form, lambda given: then(str(given.values["reason"])))
