"""Exit codes, a public contract (docs/cli.md)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a fieldtui process says when it ends."""

    DONE = 0
    INTERNAL = 1
    """Internal error, or no room on the disk; a log file without personal data is named."""
    BAD_INPUT = 2
    """Bad usage or bad input; nothing was stored."""
    LOCKED = 3
    """Vault locked, or wrong passphrase."""
    UNREACHABLE = 4
    """Central system unreachable; all work is kept."""
    WAITING = 5
    """Done, and something waits for a person (conflict, rejected change, approval)."""
    REVOKED = 6
    """This device is revoked."""
    DAMAGED = 7
    """Vault or access log is damaged; nothing was overwritten."""
    BUSY = 8
    """Another fieldtui holds what this one needs."""
