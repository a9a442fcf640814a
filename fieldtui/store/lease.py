"""How long this device may be written in without contact, by a time that turning its clock back does not move.

The central system says until when (`lease_until`) in its own time. A device knows that time as its clock plus the
offset of the last contact; so a clock that is turned back after the contact would lengthen the lease, and one that
was ahead at the contact and is put right afterwards too. Both show as a clock behind the latest it has said since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from fieldtui.store.meta import MetaKey

if TYPE_CHECKING:
    from fieldtui.store.store import Store

TURNED_BACK: Final = timedelta(days=3)
"""A clock further behind what it said before is believed no more until the next contact."""
_NOTED_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """Where a device stands."""

    until: datetime | None
    """After it nothing may be written; `None` where no central system has said."""
    warn_after: datetime | None
    """After it a person is asked to sync."""
    now: datetime
    """The central system's time as far as it is known; never earlier than it was known before."""
    turned_back: bool
    """The clock stands far behind what it said since the last contact."""

    @property
    def over(self) -> bool:
        """True where nothing may be written until the next contact."""
        return self.until is not None and (self.turned_back or self.now > self.until)

    @property
    def warned(self) -> bool:
        """True where it is time to sync."""
        return self.over or (self.warn_after is not None and self.now > self.warn_after)

    @property
    def days_left(self) -> int | None:
        """Whole days left to write in; `None` where there is no end."""
        return None if self.until is None else 0 if self.over else (self.until - self.now).days


def lease_of(store: Store) -> Lease:
    """The lease as it stands now."""
    said = store.clock.now().astimezone(UTC)
    seen = _instant(store.meta(MetaKey.CLOCK_SEEN))
    latest = said if seen is None else max(said, seen)
    offset = timedelta(milliseconds=int(store.meta(MetaKey.CLOCK_OFFSET_MS) or 0))
    return Lease(
        until=_instant(store.meta(MetaKey.LEASE_UNTIL)),
        warn_after=_instant(store.meta(MetaKey.LEASE_WARN_AFTER)),
        now=latest + offset,
        turned_back=latest - said > TURNED_BACK,
    )


def see_clock(store: Store) -> None:
    """Remember what the clock says, where it has moved on by an hour; call when the vault is unlocked and at each act.

    Raises:
        DiskFull, Busy: It is not remembered.
    """
    if store.meta(MetaKey.LEASE_UNTIL) is None:
        return
    said = store.clock.now().astimezone(UTC)
    seen = _instant(store.meta(MetaKey.CLOCK_SEEN))
    if seen is None or said - seen > _NOTED_EVERY:
        store.set_meta(MetaKey.CLOCK_SEEN, said.isoformat(timespec="seconds"))


def believe_clock(store: Store) -> None:
    """After a contact: where the clock was ahead before and has been put right, that no longer counts against it.

    Raises:
        DiskFull, Busy: It still does.
    """
    said = store.clock.now().astimezone(UTC)
    seen = _instant(store.meta(MetaKey.CLOCK_SEEN))
    if seen is not None and seen > said:
        store.set_meta(MetaKey.CLOCK_SEEN, said.isoformat(timespec="seconds"))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
