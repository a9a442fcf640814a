"""How a worker ends: exit codes between worker and supervisor, and why the vault was locked."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

from fieldtui.base.i18n import N_


class Ending(IntEnum):
    """Exit status of the worker process."""

    LEFT = 0
    """A person left; the supervisor ends too."""
    LOCK = 75
    """Start a fresh worker at the lock screen (EX_TEMPFAIL). 76–80 are the same, each with its reason."""
    LOCK_IDLE = 76
    LOCK_ASLEEP = 77
    LOCK_LONG = 78
    LOCK_SESSION = 79
    LOCK_LID = 80


class LockReason(StrEnum):
    """Why the vault was locked; the only thing the lock screen says."""

    ASKED = "asked"
    IDLE = "idle"
    ASLEEP = "asleep"
    LONG = "long"
    SESSION = "session"
    LID = "lid"


ENDING_OF: Final = {
    LockReason.ASKED: Ending.LOCK,
    LockReason.IDLE: Ending.LOCK_IDLE,
    LockReason.ASLEEP: Ending.LOCK_ASLEEP,
    LockReason.LONG: Ending.LOCK_LONG,
    LockReason.SESSION: Ending.LOCK_SESSION,
    LockReason.LID: Ending.LOCK_LID,
}
REASON_OF: Final = {int(ending): reason for reason, ending in ENDING_OF.items()}

SENTENCES: Final = {
    LockReason.ASKED: N_("Låst. Kladder er gemt krypteret."),
    LockReason.IDLE: N_("Låst: en tid uden aktivitet. Kladder er gemt krypteret."),
    LockReason.ASLEEP: N_("Låst: maskinen har sovet. Kladder er gemt krypteret."),
    LockReason.LONG: N_("Låst: åben i 12 timer. Kladder er gemt krypteret."),
    LockReason.SESSION: N_("Låst: maskinens skærm blev låst. Kladder er gemt krypteret."),
    LockReason.LID: N_("Låst: låget blev lukket. Kladder er gemt krypteret."),
}
