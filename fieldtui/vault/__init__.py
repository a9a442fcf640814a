"""The encrypted vault on a consultant's laptop (docs/adr/0005-vault.md).

Import this package before `sqlite_utils`: it makes sqlite-utils use SQLCipher.
"""

from fieldtui.vault import sqlcipher  # first: see there
from fieldtui.vault.changing import change_passphrase, recover_vault, renew_recovery_code
from fieldtui.vault.database import CheckReport
from fieldtui.vault.header import AuditHead
from fieldtui.vault.keys import CHEAPEST, STANDARD, KdfCost
from fieldtui.vault.lifecycle import (
    VaultState,
    check_vault,
    create_vault,
    open_vault,
    read_vault,
    vault_state,
    verify_passphrase,
)
from fieldtui.vault.locks import sync_lock
from fieldtui.vault.openvault import OpenVault
from fieldtui.vault.passphrase import check_strength, suggest_passphrase, suggestion_bits
from fieldtui.vault.secret import Secret

__all__ = [
    "CHEAPEST",
    "STANDARD",
    "AuditHead",
    "CheckReport",
    "KdfCost",
    "OpenVault",
    "Secret",
    "VaultState",
    "change_passphrase",
    "check_strength",
    "check_vault",
    "create_vault",
    "open_vault",
    "read_vault",
    "recover_vault",
    "renew_recovery_code",
    "sqlcipher",
    "suggest_passphrase",
    "suggestion_bits",
    "sync_lock",
    "vault_state",
    "verify_passphrase",
]
