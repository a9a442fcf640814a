"""What an answer says that shuts a device out."""

from __future__ import annotations

from fieldtui.base.errors import Revoked
from fieldtui.wire.organisation import OrganisationKey, WipeOrder


class ShutOut(Revoked):
    """A proven answer that says `revoked` or `wipe`; an order in it is not proven yet."""

    def __init__(self, order: WipeOrder | None, keys: tuple[OrganisationKey, ...]) -> None:
        super().__init__()
        self.order = order
        self.keys = keys
