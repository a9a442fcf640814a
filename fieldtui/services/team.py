"""A team leader's use cases: see the team, and act for it without IT. Everything here is the central system's to do.

The last picture seen is kept in the encrypted store, so that a leader without network still knows who is where; acts need the
central system and say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import BadFile, BadUsage, NeedsOffice, ServerFault, Unreachable
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.export.lostsheet import lost_sheet_file
from fieldtui.services.context import Context
from fieldtui.services.syncing import Syncing
from fieldtui.store.meta import MetaKey
from fieldtui.sync.transport import Answer, Transport
from fieldtui.wire.fields import Message
from fieldtui.wire.team import (
    Acted,
    Approval,
    CodeAnswer,
    CodeRequest,
    HandOver,
    Loss,
    LostSheet,
    Revocation,
    Substitution,
    TeamEnrolment,
    TeamPicture,
    WaitingRequest,
)

M = TypeVar("M", bound=BaseModel)
Q = TypeVar("Q", bound=Message)

_DEVICE_ID: Final = re.compile(r"[0-9a-f-]{1,40}")
_UNKNOWN_DEVICE: Final = N_("Den maskine findes ikke. Intet er ændret.")
_REFUSED: Final = {
    "unknown-person": N_("Den medarbejder findes ikke mere. Intet er ændret. Tryk F5, og prøv igen."),
    "not-a-consultant": N_("Kun en konsulent kan tage borgere. Intet er ændret."),
    "unknown-citizen": N_("Den borger findes ikke mere. Intet er ændret. Tryk F5, og prøv igen."),
    "not-theirs": N_("En af borgerne er ikke længere hos den, der er væk. Intet er ændret. Tryk F5, og prøv igen."),
    "themselves": N_("Den, der er væk, kan ikke være sin egen vikar. Intet er ændret."),
    "past-day": N_("Den sidste dag er gået. Intet er ændret."),
    "nobody-waits": N_("Ingen maskine venter med de ord. Den er ikke godkendt. Er den godkendt af en anden?"),
    "unknown-device": _UNKNOWN_DEVICE,
    "own-device": N_("Det er den maskine, du sidder ved. Intet er ændret. Brug en anden maskine til det."),
}
"""What the central system's word for a refusal means to a person."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The team as it stood when the central system was last asked."""

    picture: TeamPicture
    at: datetime
    """When it was asked, by this device's clock."""


class Team:
    """What a team leader does."""

    def __init__(self, context: Context, syncing: Syncing) -> None:
        """Prepare; nothing is sent yet.

        Args:
            context: The workspace.
            syncing: Gives the way to the central system.
        """
        self._context = context
        self._store = context.store
        self._syncing = syncing

    # --- seeing -------------------------------------------------------------------------------

    def last_seen(self) -> Seen | None:
        """The picture that was seen last; `None` before the first, or where a newer fieldtui kept one we cannot read."""
        self._require_leader()
        kept = self._store.meta(MetaKey.TEAM_PICTURE)
        at = self._store.meta(MetaKey.TEAM_SEEN_AT)
        if kept is None or at is None:
            return None
        try:
            return Seen(TeamPicture.model_validate_json(kept), datetime.fromisoformat(at).astimezone(COPENHAGEN))
        except ValidationError:
            return None

    def refresh(self) -> Seen:
        """Ask for the team as it stands, and keep it; written to the access log.

        Raises:
            BadUsage: Not a leader.
            NotEnrolled, Revoked, TlsRefused, UpgradeNeeded, ServerFault, Unreachable: The last picture stays.
        """
        self._require_leader()
        with self._syncing.asking() as transport:
            picture = _read(transport.get("/v1/team"), TeamPicture)
        at = self._context.clock.now()
        with self._store.transaction():
            self._store.set_meta(MetaKey.TEAM_PICTURE, picture.model_dump_json(exclude_none=True))
            self._store.set_meta(MetaKey.TEAM_SEEN_AT, isoformat(at))
            self._store.audit("team.seen", detail=str(len(picture.citizens)))
        return Seen(picture, at)

    # --- devices ------------------------------------------------------------------------------

    def make_code(self, initials: str) -> CodeAnswer:
        """A code for a colleague's new device, good for a quarter of an hour. Errors as `substitute`."""
        body = self._body(CodeRequest, initials=initials)
        return self._act(
            "team.code",
            lambda to: _post(to, "codes", body, CodeAnswer),
            detail=initials.upper(),
        )

    def waiting(self, code: str) -> TeamEnrolment:
        """Which device waits on a code, with the words to compare. Errors as `substitute`."""
        body = self._body(WaitingRequest, code=code)
        with self._asking() as transport:
            return _post(transport, "waiting", body, TeamEnrolment)

    def approve(self, enrolment: TeamEnrolment) -> Acted:
        """Let a device in whose words somebody compared. Errors as `substitute`."""
        body = self._body(Approval, reference=enrolment.reference, words=enrolment.words)
        return self._act("team.approve", lambda to: _post(to, "approvals", body, Acted), detail=enrolment.consultant)

    def revoke(self, device_id: str, reason: str) -> Acted:
        """Shut a device out from its next contact on; it locks and keeps. Errors as `substitute`."""
        body = self._body(Revocation, device=device_id, reason=reason)
        return self._act(
            "team.revoke", lambda to: _post(to, "revocations", body, Acted), subject=device_id, reason=reason
        )

    def lose(self, device_id: str, reason: str, *, revoke: bool = True) -> Acted:
        """Note that a device is lost, and shut it out. Errors as `substitute`."""
        body = self._body(Loss, device=device_id, reason=reason, revoke=revoke)
        return self._act("team.lost", lambda to: _post(to, "losses", body, Acted), subject=device_id, reason=reason)

    def lost_sheet(self, device_id: str) -> LostSheet:
        """What was on a lost device, and what may be lost with it; written to the access log. Errors as `substitute`."""
        if _DEVICE_ID.fullmatch(device_id) is None:
            raise BadUsage(_(_UNKNOWN_DEVICE))
        with self._asking() as transport:
            sheet = _read(transport.get(f"/v1/team/devices/{device_id}/lost-sheet"), LostSheet)
        self._store.audit("team.lost_sheet", device_id)
        return sheet

    def write_lost_sheet(self, device_id: str, file: Path | None = None) -> Path:
        """Write the lost device's sheet for printing: plain text, or a PDF where the name ends in `.pdf`. It names no citizen.

        Args:
            device_id: The device.
            file: Where; in the exports folder of the vault where it is not given.

        Raises:
            BadFile: It cannot be written there.
            BadUsage, Unreachable: As `substitute`.
        """
        sheet = self.lost_sheet(device_id)
        if file is None:
            folder = self._store.vault.folder / "exports"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = "".join(char if char.isascii() and char.isalnum() else "-" for char in fold(sheet.device.name))
            file = folder / f"mistet-maskine_{sheet.made_at[:10]}_{name.strip('-') or 'maskine'}.txt"
        try:
            write_atomically(file, lost_sheet_file(sheet, file))
        except OSError:
            raise BadFile(str(file), None, _("Filen kan ikke skrives.")) from None
        return file

    # --- citizens -----------------------------------------------------------------------------

    def substitute(self, away: str, covers: Mapping[str, str], until: date) -> Acted:
        """Let colleagues stand in for somebody who is away, in one act.

        Args:
            away: Consultant id.
            covers: Consultant id of who takes over, by citizen id.
            until: Last day.

        Raises:
            BadUsage: Not a leader, or the central system refuses it; nothing was changed.
            NeedsOffice: No answer. It may have been done; doing it again does no harm.
            NotEnrolled, Revoked, TlsRefused, UpgradeNeeded, ServerFault: As they say.
        """
        body = self._body(Substitution, away=away, covers=_covers(covers), until=until.isoformat())
        return self._act(
            "team.substitute",
            lambda to: _post(to, "substitutions", body, Acted),
            subject=away,
            detail=f"{len(covers)}, {until.isoformat()}",
        )

    def hand_over(self, covers: Mapping[str, str]) -> Acted:
        """Give citizens another consultant, in one act. Errors as `substitute`."""
        body = self._body(HandOver, covers=_covers(covers))
        return self._act("team.handover", lambda to: _post(to, "handovers", body, Acted), detail=str(len(covers)))

    # --- the way there ------------------------------------------------------------------------

    def _act(
        self,
        action: str,
        ask: Callable[[Transport], M],
        *,
        subject: str | None = None,
        reason: str | None = None,
        detail: str | None = None,
    ) -> M:
        with self._asking() as transport:
            answer = ask(transport)
        self._store.audit(action, subject, reason, detail)
        return answer

    @contextmanager
    def _asking(self) -> Iterator[Transport]:
        self._require_leader()
        try:
            with self._syncing.asking() as transport:
                yield transport
        except Unreachable as error:
            if type(error) is Unreachable:
                raise NeedsOffice from None
            raise

    def _body(self, model: type[Q], **values: Any) -> Q:
        """What is asked, checked before it is sent.

        Raises:
            BadUsage: Not a leader, or something that is empty, too long, or no id.
        """
        self._require_leader()
        try:
            return model.model_validate(values)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
            raise BadUsage(_("Det kan ikke bruges ({field}). Intet er ændret.").format(field=place)) from None

    def _require_leader(self) -> None:
        if self._context.me.role != "leader":
            raise BadUsage(_("Kun en teamleder ser teamet. Din maskine er tilmeldt i en anden rolle."))


def _covers(covers: Mapping[str, str]) -> list[dict[str, str]]:
    if not covers:
        raise BadUsage(_("Vælg mindst én borger."))
    return [{"citizen": citizen, "consultant": consultant} for citizen, consultant in covers.items()]


def _post(transport: Transport, path: str, body: Message, answer: type[M]) -> M:
    return _read(transport.post(f"/v1/team/{path}", body.model_dump_json(exclude_none=True).encode()), answer)


def _read(answer: Answer, model: type[M]) -> M:
    if answer.problem is not None:
        sentence = _REFUSED.get(answer.problem.detail or "")
        if answer.problem.name == "validation" and sentence is not None:
            raise BadUsage(_(sentence))
        raise ServerFault(answer.problem.name)
    try:
        return model.model_validate_json(answer.body)
    except ValidationError:
        raise ServerFault("team") from None
