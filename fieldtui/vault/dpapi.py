"""Device secrets on Windows, sealed to the user's account by DPAPI. Never run on Windows yet (docs/adr/0019-ways-in.md).

`CryptProtectData` and `CryptUnprotectData` of crypt32.dll (https://learn.microsoft.com/windows/win32/api/dpapi/), user
scope, without any window. Windows keeps the key; we keep what it sealed, as a small file in the vault's folder. A copy
of the folder on another machine or account does not open it.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any, Final, Protocol, cast

from fieldtui.base.errors import DeviceStoreShut
from fieldtui.base.files import write_atomically
from fieldtui.vault.devicesecret import SECRET_BYTES, StoreName

PATTERN: Final = "device-*.dpapi"
"""Names of the sealed files in the vault's folder."""
_UI_FORBIDDEN: Final = 0x1
"""CRYPTPROTECT_UI_FORBIDDEN: fail rather than show a window."""
_LARGEST: Final = 8_192


class Blob(ctypes.Structure):
    """DATA_BLOB."""

    _fields_ = (("cbData", ctypes.c_uint32), ("pbData", ctypes.POINTER(ctypes.c_char)))


class Windows(Protocol):
    """The three functions of Windows that are called; ctypes gives them, a test gives its own."""

    def CryptProtectData(self, *arguments: Any) -> int: ...  # noqa: N802  Windows' own names
    def CryptUnprotectData(self, *arguments: Any) -> int: ...  # noqa: N802
    def LocalFree(self, memory: Any) -> Any: ...  # noqa: N802


class Dpapi:
    """The account's own sealing."""

    name: StoreName = "dpapi"

    def __init__(self, folder: Path, windows: Windows | None = None) -> None:
        """Use the sealed files of a vault.

        Args:
            folder: The data folder.
            windows: Windows' functions; `None` takes them from the system.

        Raises:
            DeviceStoreShut: This is not Windows.
        """
        self._home = folder / "vault"
        self._windows = windows if windows is not None else _from_system()

    def read(self, vault_id: str, slot_id: str) -> bytes | None:
        """As `SecretStore.read`."""
        try:
            with self._path(slot_id).open("rb") as stream:
                sealed = stream.read(_LARGEST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DeviceStoreShut from error
        secret = self._call(self._windows.CryptUnprotectData, sealed, vault_id, slot_id)
        return secret if len(secret) == SECRET_BYTES else None

    def keep(self, vault_id: str, slot_id: str, secret: bytes) -> None:
        """As `SecretStore.keep`."""
        sealed = self._call(self._windows.CryptProtectData, secret, vault_id, slot_id)
        try:
            write_atomically(self._path(slot_id), sealed)
        except OSError as error:
            raise DeviceStoreShut from error
        if self.read(vault_id, slot_id) != secret:
            raise DeviceStoreShut

    def forget(self, vault_id: str, *, but: frozenset[str] = frozenset()) -> None:
        """As `SecretStore.forget`."""
        del vault_id  # the folder holds one vault
        kept = {self._path(slot_id) for slot_id in but}
        try:
            for path in self._home.glob(PATTERN):
                if path not in kept:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise DeviceStoreShut from error

    def _path(self, slot_id: str) -> Path:
        return self._home / f"device-{slot_id}.dpapi"

    def _call(self, function: Any, data: bytes, vault_id: str, slot_id: str) -> bytes:
        """Seal or open; the vault and the slot are the entropy, so that one slot's file does not serve another.

        Raises:
            DeviceStoreShut: Windows says no: another account or machine, or a file that was changed.
        """
        given, entropy, result = _blob(data), _blob(f"fieldtui/{vault_id}/{slot_id}".encode()), Blob()
        done = function(
            ctypes.byref(given), None, ctypes.byref(entropy), None, None, _UI_FORBIDDEN, ctypes.byref(result)
        )
        if not done:
            raise DeviceStoreShut
        try:
            return ctypes.string_at(result.pbData, result.cbData)
        finally:
            ctypes.memset(result.pbData, 0, result.cbData)
            self._windows.LocalFree(result.pbData)


def _blob(data: bytes) -> Blob:
    return Blob(len(data), ctypes.cast(ctypes.create_string_buffer(data, len(data)), ctypes.POINTER(ctypes.c_char)))


class _System:
    """The functions, with their types told to ctypes."""

    def __init__(self, crypt32: Any, kernel32: Any) -> None:
        blob = ctypes.POINTER(Blob)
        for function in (crypt32.CryptProtectData, crypt32.CryptUnprotectData):
            function.argtypes = (blob, ctypes.c_void_p, blob, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, blob)
            function.restype = ctypes.c_int
        kernel32.LocalFree.argtypes = (ctypes.c_void_p,)
        kernel32.LocalFree.restype = ctypes.c_void_p
        self.CryptProtectData = crypt32.CryptProtectData
        self.CryptUnprotectData = crypt32.CryptUnprotectData
        self.LocalFree = kernel32.LocalFree


def _from_system() -> Windows:
    load = getattr(ctypes, "WinDLL", None)
    if load is None:
        raise DeviceStoreShut
    return cast("Windows", _System(load("crypt32", use_last_error=True), load("kernel32", use_last_error=True)))
