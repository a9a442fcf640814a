"""The status bar: is the office reachable, what waits, who am I."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fieldtui.base.i18n import _
from fieldtui.tui.presenters.dates import clock, local, near
from fieldtui.tui.presenters.lines import Line, Piece


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What the bar shows; all counts are of this device."""

    now: datetime
    online: bool = False
    syncing: bool = False
    progress: str = ""
    """How far the sync under way is, in words; empty before its first step."""
    enrolled: bool = True
    last_sync_at: datetime | None = None
    pending: int = 0
    waited: Piece = field(default_factory=lambda: Piece(""))
    """How long the oldest of them has waited; empty while that is no news."""
    conflicts: int = 0
    rejected: int = 0
    drafts: int = 0
    discreet: bool = False
    initials: str = ""
    role: str = "consultant"
    training: bool = False
    read_only: bool = False
    lease_days: int | None = None
    """Days left to write in, where it is time to sync."""


def progress_text(stage: Literal["pull", "push", "purge"], done: int, total: int | None) -> str:
    """`Henter 120`, `Sender 3 af 5`, `Rydder op`."""
    if stage == "pull":
        return _("Henter {count}").format(count=done)
    if stage == "push":
        return _("Sender {done} af {total}").format(done=done, total=total if total is not None else done)
    return _("Rydder op")


def connection(facts: StatusFacts) -> Piece:
    """`● Online`, `○ Offline-klar`, `● Synker …`, `● Sender 3 af 5`."""
    if not facts.enrolled:
        return Piece(_("○ Ikke tilmeldt"), "warning")
    if facts.syncing:
        return Piece(f"● {facts.progress}" if facts.progress else _("● Synker …"), "primary")
    return Piece(_("● Online"), "success") if facts.online else Piece(_("○ Offline-klar"))


def _synced(facts: StatusFacts) -> str:
    at = facts.last_sync_at
    if at is None:
        return _("Ikke synket endnu")
    when = clock(at)
    if local(at).date() != local(facts.now).date():
        when = f"{near(local(at).date(), local(facts.now).date())} {when}"
    return _("Synket {when}").format(when=when)


def left(facts: StatusFacts) -> Line:
    """The part that is always shown."""
    pieces = [Piece(" "), connection(facts), Piece(f"   {_synced(facts)}")]
    if facts.pending:
        pieces.append(Piece("   " + _("↑{count} venter").format(count=facts.pending)))
    if facts.waited.text:
        pieces += [Piece(" "), facts.waited]
    if facts.conflicts:
        text = _("▲ 1 konflikt") if facts.conflicts == 1 else _("▲ {count} konflikter").format(count=facts.conflicts)
        pieces += [Piece("   "), Piece(text, "warning")]
    if facts.rejected:
        pieces += [Piece("   "), Piece(_("× {count} afvist").format(count=facts.rejected), "error")]
    if facts.read_only:
        pieces += [Piece("   "), Piece(_("Kun læs"), "warning")]
    elif facts.lease_days is not None:
        days = _("Synk inden 1 dag") if facts.lease_days == 1 else _("Synk inden {count} dage")
        pieces += [Piece("   "), Piece(days.format(count=facts.lease_days), "warning")]
    if facts.training:
        pieces += [Piece("   "), Piece(_("ØVELSE: opdigtede borgere"), "warning")]
    return tuple(pieces)


def right(facts: StatusFacts) -> Line:
    """The part for wide windows."""
    pieces: list[Piece] = []
    if facts.drafts:
        pieces.append(Piece(_("Kladder: {count}").format(count=facts.drafts) + "   "))
    pieces.append(
        Piece(_("Diskret: til") if facts.discreet else _("Diskret: fra"), "warning" if facts.discreet else "")
    )
    if facts.initials:
        pieces.append(Piece(f"   {facts.initials}"))
    pieces.append(Piece(f"   {clock(facts.now)} "))
    return tuple(pieces)
