"""What a person chose for the screen: language and colours. Kept beside the vault, because the lock screen needs it too."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fieldtui.base.files import read_small, write_atomically
from fieldtui.base.i18n import LANGUAGES, Language

_NAME = "screen.json"
_MOST = 4_096


@dataclass(frozen=True, slots=True)
class Preferences:
    """Nothing personal: two words."""

    language: Language | None = None
    theme: str | None = None


def load(folder: Path) -> Preferences:
    """What was chosen on this machine; nothing where no choice can be read."""
    try:
        said: Any = json.loads(read_small(folder / "state" / _NAME, _MOST))
    except (OSError, ValueError, RecursionError):
        return Preferences()
    if not isinstance(said, dict):
        return Preferences()
    language = next((known for known in LANGUAGES if known == said.get("language")), None)
    theme = said.get("theme")
    return Preferences(language, theme if isinstance(theme, str) else None)


def remember(folder: Path, *, language: Language | None = None, theme: str | None = None) -> None:
    """Keep a choice; the other one stays. Where there is no vault's folder yet, nothing is written."""
    if not (folder / "state").is_dir():
        return
    kept = load(folder)
    kept = replace(kept, language=language or kept.language, theme=theme or kept.theme)
    text = json.dumps({"language": kept.language, "theme": kept.theme})
    with contextlib.suppress(OSError):  # the choice holds until the end of this run
        write_atomically(folder / "state" / _NAME, text.encode())
