"""The training's laptop: a real vault, enrolled and synced like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fieldtui.base.clock import Clock
from fieldtui.base.i18n import _
from fieldtui.base.ids import IdSource
from fieldtui.demo import PASSPHRASE
from fieldtui.demo.central import TrainingCentral
from fieldtui.demo.team import Trainee
from fieldtui.services import unlocking
from fieldtui.services.unlocking import Secret, VaultState
from fieldtui.services.workspace import Workspace

DEVICE: Final = "Øvelse"


@contextmanager
def opened(
    folder: Path,
    central: TrainingCentral,
    trainee: Trainee,
    *,
    clock: Clock,
    ids: IdSource,
    tell: Callable[[str], None],
) -> Iterator[Workspace]:
    """A trainee's workspace, made and enrolled where it is not yet; closed at the end."""
    secret = Secret.of(PASSPHRASE)
    try:
        if unlocking.vault_state(folder) is VaultState.MISSING:
            tell(_("Laver en krypteret boks …"))
            workspace, _code = unlocking.create(folder, secret, clock=clock, ids=ids)
        else:
            workspace = unlocking.unlock(folder, secret, clock=clock, ids=ids)
    finally:
        secret.wipe()
    with workspace:
        if workspace.consultant is None:
            tell(_("Tilmelder maskinen …"))
            code = central.enrol_code(trainee.initials)
            workspace.enrolment.enrol(code.url, code.code, device_name=DEVICE, on_words=lambda _words: None)
        yield workspace
