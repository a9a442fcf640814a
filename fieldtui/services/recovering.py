"""Into a vault without its passphrase: by the recovery code, or with the help of the organisation's offline key.

Either way a new passphrase is set, a new recovery code is given and has to be confirmed, it stands in the access log,
and the person is told at the next start. Nothing that was written is touched.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.clock import COPENHAGEN, Clock
from fieldtui.base.i18n import _
from fieldtui.base.ids import IdSource
from fieldtui.services.binding import about
from fieldtui.services.unlocking import open_workspace
from fieldtui.services.workspace import OWED, Workspace
from fieldtui.store import MetaKey
from fieldtui.vault import STANDARD, KdfCost, OpenVault, Secret, check_strength
from fieldtui.vault.changing import open_with_code, renew_secrets
from fieldtui.vault.organisationslot import ask_organisation, forget_request, open_with_answer
from fieldtui.vault.throttle import Throttle

if TYPE_CHECKING:
    import httpx2

    from fieldtui.wire.slotrecovery import SlotRequest

BY_CODE: Final = "recover"
BY_ORGANISATION: Final = "recover.organisation"


def recover(
    folder: Path,
    code: str,
    new: Secret,
    *,
    clock: Clock,
    ids: IdSource,
    kdf: KdfCost = STANDARD,
    via: httpx2.BaseTransport | None = None,
) -> tuple[Workspace, str]:
    """Open a vault with its recovery code and give it a new passphrase and a new code; the old ones open nothing.

    Returns:
        The workspace and the new recovery code, which is not confirmed.

    Raises:
        WrongRecoveryCode: Mistyped, or another vault's.
        PassphraseTooWeak: The new passphrase.
        Revoked: The device is shut out. Passphrase and code are the old ones, so that they open it once it is let in again.
        NoVault, NewerVault, TooSoon, HeaderDamaged, HeaderTampered, DatabaseDamaged, DatabaseMissing, Busy, DiskFull:
            As `unlocking.unlock`.
    """
    check_strength(new)
    failures = Throttle(folder, clock).failures
    vault = open_with_code(folder, code, clock=clock)
    workspace = open_workspace(vault, BY_CODE, clock=clock, ids=ids, failures=failures, via=via)
    return workspace, _renewed(workspace, vault, new, BY_CODE, clock, kdf)


def ask_office(folder: Path, *, clock: Clock) -> SlotRequest:
    """A request to the office to help into this vault; an answer to an earlier one is refused from now on.

    Raises:
        NoOrganisationSlot: The office cannot.
        NoVault, NewerVault, HeaderDamaged, FolderRefused, DiskFull: As `unlocking.unlock`.
    """
    return ask_organisation(folder, clock=clock)


def recover_with_answer(
    folder: Path,
    answer: bytes,
    new: Secret,
    *,
    clock: Clock,
    ids: IdSource,
    kdf: KdfCost = STANDARD,
    via: httpx2.BaseTransport | None = None,
) -> tuple[Workspace, str]:
    """Open a vault with the office's answer to the request that was made last, once.

    Returns:
        The workspace and the new recovery code, which is not confirmed.

    Raises:
        AnswerRefused: No request was made here, it answers another one, or it does not open this vault.
        PassphraseTooWeak, Revoked, NoVault, NewerVault, HeaderDamaged, HeaderTampered, DatabaseDamaged, DatabaseMissing,
        Busy, DiskFull: As `recover`; the answer can be used again.
    """
    check_strength(new)
    vault = open_with_answer(folder, answer)
    workspace = open_workspace(vault, BY_ORGANISATION, clock=clock, ids=ids, via=via)
    code = _renewed(workspace, vault, new, BY_ORGANISATION, clock, kdf)
    try:
        forget_request(folder)
    except BaseException:
        workspace.close()
        raise
    return workspace, code


def _renewed(workspace: Workspace, vault: OpenVault, new: Secret, way: str, clock: Clock, kdf: KdfCost) -> str:
    try:
        said = json.dumps({"way": way, "at": clock.now().isoformat(timespec="seconds")})
        with workspace.store.transaction():
            workspace.store.set_meta(MetaKey.RECOVERED, said)
            workspace.store.set_meta(MetaKey.RECOVERY_CONFIRMED, OWED)
        return renew_secrets(vault, new, clock=clock, kdf=kdf, about=about(workspace.context))
    except BaseException:
        workspace.close()
        raise


def recovery_notice(workspace: Workspace) -> str | None:
    """What the person whose vault this is should know of a recovery since they were last told; `None` where there was none."""
    text = workspace.store.meta(MetaKey.RECOVERED)
    if text is None:
        return None
    said = json.loads(text)
    at = datetime.fromisoformat(said["at"]).astimezone(COPENHAGEN)
    sentence = (
        _("Boksen blev åbnet med kontorets hjælp {day} kl. {time}. Var det ikke dig, så ring til din leder nu.")
        if said["way"] == BY_ORGANISATION
        else _("Boksen blev åbnet med nødkoden {day} kl. {time}. Var det ikke dig, så ring til din leder nu.")
    )
    return sentence.format(day=f"{at:%d-%m-%Y}", time=f"{at:%H:%M}")


def notice_given(workspace: Workspace) -> None:
    """Remember that the person was told.

    Raises:
        DiskFull, Busy: They are told again.
    """
    workspace.store.set_meta(MetaKey.RECOVERED, None)
