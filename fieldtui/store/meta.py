"""The names under which the store keeps single values (table `meta`)."""

from __future__ import annotations

from enum import StrEnum


class MetaKey(StrEnum):
    """Single values; all are text, and all lie in the encrypted database."""

    CONSULTANT = "consultant"
    """JSON of `wire.messages.Person`: whose device this is. Missing before enrolment."""
    DEVICE_ID = "device_id"
    KEY_ID = "key_id"
    """`organisation.device`, the `keyid` of every signature."""
    DEVICE_KEY = "device_key"
    """The device's P-256 private key, PKCS #8 PEM."""
    SERVER_URL = "server_url"
    SERVER_KEY = "server_key"
    """The central system's response key, SubjectPublicKeyInfo, DER, base64."""
    ORGANISATION = "organisation"
    ORGANISATION_ID = "organisation_id"
    CA_FILE = "ca_file"
    """PEM text of the pinned certificate authority."""
    CURSOR = "cursor"
    """Opaque; where the next pull goes on."""
    LAST_SYNC_AT = "last_sync_at"
    """ISO 8601; moves only when a whole sync finished."""
    LEASE_UNTIL = "lease_until"
    """ISO 8601; after it the store is read-only until the next contact."""
    LEASE_WARN_AFTER = "lease_warn_after"
    """ISO 8601; after it a banner asks for a sync."""
    CLOCK_OFFSET_MS = "clock_offset_ms"
    """Server time minus this machine's time, as learnt from the last signed answer."""
    LOG_SENT = "log_sent"
    """Highest access-log entry that the central system has confirmed."""
    WRITING = "writing"
    """Key of the draft that was being written when the vault was locked; gone as soon as it is asked for."""
    RECOVERY_CONFIRMED = "recovery_confirmed"
    """`1` once somebody was shown to have the recovery code. Missing where the first start ended before that."""
    LOCKED_REASON = "locked_reason"
    """`revoked` where the central system has shut this device out."""
