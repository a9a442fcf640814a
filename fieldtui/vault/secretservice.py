"""Device secrets in the desktop's key ring on Linux, by the Secret Service API of freedesktop.org (draft 0.2).

Only the default collection, only where it is unlocked already: nothing here opens a prompt, and no call waits longer than
some seconds. Items are found by their attributes; what they protect is not named in them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, cast

from fieldtui.base.errors import DeviceStoreShut
from fieldtui.vault.devicesecret import SECRET_BYTES, StoreName

if TYPE_CHECKING:
    from secretstorage import Collection

_APPLICATION: Final = "fieldtui"
_KIND: Final = "device-secret"
_LABEL: Final = "fieldtui"
PATIENCE_SECONDS: Final = 5.0
"""How long one call may take: a service that hangs must not hang the lock screen."""


class SecretService:
    """The user's default collection."""

    name: StoreName = "secretservice"

    def read(self, vault_id: str, slot_id: str) -> bytes | None:
        """As `SecretStore.read`."""
        with _collection() as collection:
            for item in collection.search_items(_attributes(vault_id) | {"slot": slot_id}):
                secret = bytes(item.get_secret())
                if len(secret) == SECRET_BYTES:
                    return secret
        return None

    def keep(self, vault_id: str, slot_id: str, secret: bytes) -> None:
        """As `SecretStore.keep`."""
        with _collection() as collection:
            collection.create_item(_LABEL, _attributes(vault_id) | {"slot": slot_id}, secret, replace=True)
        if self.read(vault_id, slot_id) != secret:
            raise DeviceStoreShut

    def forget(self, vault_id: str, *, but: frozenset[str] = frozenset()) -> None:
        """As `SecretStore.forget`."""
        with _collection() as collection:
            for item in list(collection.search_items(_attributes(vault_id))):
                if item.get_attributes().get("slot") not in but:
                    item.delete()


def _attributes(vault_id: str) -> dict[str, str]:
    return {"application": _APPLICATION, "kind": _KIND, "vault": vault_id}


class _Bounded:
    """A connection whose calls give up, and which waits for nobody's prompt."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def send_and_get_reply(self, message: Any) -> Any:
        return self._connection.send_and_get_reply(message, timeout=PATIENCE_SECONDS)

    def filter(self, rule: Any) -> Any:
        """What waits for the answer to a prompt comes here; there is nobody to answer one."""
        raise DeviceStoreShut


@contextlib.contextmanager
def _collection() -> Iterator[Collection]:
    """The default collection, unlocked.

    Raises:
        DeviceStoreShut: No bus, no service, no default collection, locked, or no answer in time.
    """
    try:
        from jeepney import DBusErrorResponse
        from jeepney.io.blocking import open_dbus_connection
        from secretstorage import Collection, SecretStorageException
    except ImportError:
        raise DeviceStoreShut from None
    try:
        connection = open_dbus_connection(bus="SESSION")
    except (OSError, KeyError, ValueError, RuntimeError) as error:  # no address, nobody there, or not let in
        raise DeviceStoreShut from error
    try:
        with connection:
            collection = Collection(cast("Any", _Bounded(connection)))
            if collection.is_locked():
                raise DeviceStoreShut
            yield collection
    except (SecretStorageException, DBusErrorResponse, OSError, AssertionError, ValueError) as error:
        raise DeviceStoreShut from error
