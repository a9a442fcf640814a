"""Which folders a vault is not made in."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from fieldtui.base.errors import FolderRefused
from fieldtui.base.i18n import _

_CLOUDS: Final = (
    ("onedrive", "OneDrive"),
    ("sharepoint", "SharePoint"),
    ("dropbox", "Dropbox"),
    ("icloud", "iCloud"),
    ("com~apple~clouddocs", "iCloud"),
    ("mobile documents", "iCloud"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("pcloud", "pCloud"),
)
"""How the folders begin that synchronising programs make, and whose they are."""


def refuse_unfit(folder: Path) -> None:
    """Refuse a data folder whose files others could copy, replace or put back.

    A synchronised folder keeps older copies and puts them back; on a network share locks and crashes
    do not behave; a folder that every user may write to lets them swap files.

    Raises:
        FolderRefused: With the reason as a sentence.
    """
    for path in (folder.absolute(), folder.resolve()):
        for part in path.parts:
            name = part.casefold()
            for beginning, cloud in _CLOUDS:
                if name.startswith(beginning):
                    raise FolderRefused(
                        str(folder),
                        _("den synkes til {cloud}. Vælg en mappe, der kun er på maskinen.").format(cloud=cloud),
                    )
        if path.drive.startswith("\\\\"):
            raise FolderRefused(str(folder), _("den ligger på et netværksdrev. Vælg en mappe på maskinen."))
    if folder.exists():
        _refuse_open_to_all(folder)


def _refuse_open_to_all(folder: Path) -> None:
    if not folder.is_dir():
        raise FolderRefused(str(folder), _("det er ikke en mappe."))
    if os.name == "posix" and folder.stat().st_mode & stat.S_IWOTH:
        raise FolderRefused(str(folder), _("alle på maskinen kan skrive i den. Vælg en mappe, der kun er din."))
