"""The way back in from the lock screen: the recovery code, then a new passphrase, typed twice.

Painted and typed as the lock screen is. The new recovery code is shown, and typed back, where the app begins: the guide
asks for it as after the first start.
"""

from __future__ import annotations

import hmac
import random
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.clock import Clock
from fieldtui.base.errors import FieldtuiError, PassphraseTooWeak, TooSoon
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.base.ids import IdSource
from fieldtui.services import recovering, unlocking
from fieldtui.tui.lockscreen import DIM, TEXT, LockScreen

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace

_MASK: Final = "•"


class _Step(Enum):
    CODE = auto()
    NEW = auto()
    AGAIN = auto()


class RecoveryScreen(LockScreen):
    """Three questions. `opened` is the vault where all went well; `went_back` where the person turned round."""

    def __init__(
        self, folder: Path, clock: Clock, ids: IdSource, *, kdf: unlocking.KdfCost = unlocking.STANDARD
    ) -> None:
        """Args:
        folder: The data folder.
        clock: The device's.
        ids: For what is made in the vault.
        kdf: What a guess at the new passphrase costs.
        """
        super().__init__()
        self._kdf = kdf
        self._folder, self._clock, self._ids = folder, clock, ids
        self._step = _Step.CODE
        self._code = ""
        self._new: unlocking.Secret | None = None
        self._suggestion = unlocking.suggest_passphrase(random.SystemRandom().randint)
        self.opened: Workspace | None = None
        self.went_back = False

    def take(self, key: str | bytes) -> str | None:
        """Apply a key; F3 and Esc go back to the lock screen."""
        if key in {"f3", "escape"}:
            self.went_back = True
            self._forget()
            return "quit"
        if key == "f4":
            return None
        return super().take(key)

    def step(self, _screen: LockScreen) -> bool:
        """Enter: the next question, or the vault; True where it is open."""
        if self._step is _Step.CODE:
            self._code = self.buffer.decode("utf-8", "replace")
            self._go(_Step.NEW)
        elif self._step is _Step.NEW:
            self._new = unlocking.Secret(self.normalised())
            self._go(_Step.AGAIN)
        elif self._new is not None and hmac.compare_digest(self._new.buffer, self.normalised()):
            return self._recover(self._new)
        else:
            self._go(_Step.NEW, _("De to var ikke ens. Skriv den nye adgangssætning igen."))
        return False

    def _recover(self, new: unlocking.Secret) -> bool:
        try:
            self.opened, _unconfirmed = recovering.recover(
                self._folder, self._code, new, clock=self._clock, ids=self._ids, kdf=self._kdf
            )
        except TooSoon as error:
            self.wait(error.seconds)
        except PassphraseTooWeak as error:
            self._go(_Step.NEW, explain(error))
        except FieldtuiError as error:
            self._go(_Step.CODE, explain(error))
        else:
            self._forget()
        return self.opened is not None

    def _go(self, step: _Step, message: str = "") -> None:
        if step is not _Step.AGAIN and self._new is not None:
            self._new.wipe()
            self._new = None
        self._step = step
        self.say(message)

    def _forget(self) -> None:
        self._code = ""
        if self._new is not None:
            self._new.wipe()
            self._new = None

    # --- what is drawn ----------------------------------------------------------------------------

    def _title(self) -> str:
        return _("Glemt adgangssætning")

    def _other_way(self) -> str:
        return _("Tilbage")

    def _prompt(self) -> str:
        return {
            _Step.CODE: _("1 af 3 · Nødkoden fra papiret (FT1-…)"),
            _Step.NEW: _("2 af 3 · Ny adgangssætning"),
            _Step.AGAIN: _("3 af 3 · Den nye adgangssætning igen"),
        }[self._step]

    def _field(self, room: int) -> str:
        text = self.buffer.decode("utf-8", "replace")
        if self._step is not _Step.CODE and not self._shown:
            text = _MASK * len(text)
        return text[-(room - 1) :] + "▏"

    def _caps(self) -> bool:
        return self._step is not _Step.CODE and super()._caps()  # a recovery code is written in capitals

    def _advice(self) -> list[tuple[str, str]]:
        if self._step is _Step.CODE:
            return [
                (DIM, _("Enter går videre   F3 eller Esc går tilbage")),
                (DIM, _("Uden nødkode kan kontoret hjælpe dig ind. Kør:")),
                (DIM, "fieldtui vault recover --organisation --request FIL"),
            ]
        return [
            (DIM, _("Enter går videre   F2 viser det, du skriver")),
            (DIM, _("Mindst 15 tegn eller fem tilfældige ord, fx:")),
            (TEXT, self._suggestion),
        ]
