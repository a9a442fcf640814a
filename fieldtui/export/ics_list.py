"""A calendar for Outlook (RFC 5545, domain.md § 6.4): neutral events, exact times over both clock changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from fieldtui.base.clock import COPENHAGEN, in_fold
from fieldtui.base.text import clean
from fieldtui.export.lines import ListLine

_OCTETS: Final = 75
"""Longest line, without its line break (RFC 5545 § 3.1)."""

# Outlook misreads RDATE and assumes UTC without a zone; yearly rules since 1970 are read right by all.
_ZONE: Final = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Copenhagen",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19701025T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def to_ics(lines: Sequence[ListLine], *, made_at: datetime) -> bytes:
    """A published calendar; nobody is invited, nothing is described, every event is private.

    Args:
        lines: Events, in order.
        made_at: Becomes DTSTAMP.
    """
    content = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//fieldtui//Aftaler//DA",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Aftaler",
        f"X-WR-CALDESC:{'Aftaler' if lines else 'Ingen aftaler'}",
        "X-WR-TIMEZONE:Europe/Copenhagen",
        *_ZONE,
    ]
    for line in lines:
        content.extend(_event(line, made_at))
    content.append("END:VCALENDAR")
    return b"".join(_folded(text) for text in content)


def _event(line: ListLine, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{line.uid}"
    yield f"DTSTAMP:{_utc(made_at)}"
    yield f"LAST-MODIFIED:{_utc(line.updated_at)}"
    yield f"SEQUENCE:{line.sequence}"
    yield f"DTSTART{_local(line.starts_at)}"
    yield f"DTEND{_local(line.ends_at)}"
    yield f"SUMMARY:{_escaped(f'Aftale {line.reference}')}"
    if line.place:
        yield f"LOCATION:{_escaped(line.place)}"
    yield f"STATUS:{'CANCELLED' if line.cancelled else 'CONFIRMED'}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT" if line.cancelled else "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _local(instant: datetime) -> str:
    """A property's parameters and value: Copenhagen's wall clock, or UTC where that time exists twice.

    A wall-clock time in the hour that is repeated in autumn means the first one (RFC 5545 § 3.3.5), so the second
    can only be written in UTC; readers show it at its right place all the same.
    """
    wall = instant.astimezone(COPENHAGEN)
    if in_fold(wall.replace(tzinfo=None, fold=0)):
        return f":{_utc(instant)}"
    return f";TZID=Europe/Copenhagen:{wall.strftime('%Y%m%dT%H%M%S')}"


def _escaped(text: str) -> str:
    """TEXT of RFC 5545 § 3.3.11; line breaks cannot occur after `clean`."""
    return clean(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(text: str) -> bytes:
    """One content line, folded at 75 octets without cutting a character."""
    lines = [b""]
    for char in text:
        octets = char.encode("utf-8")
        if len(lines[-1]) + len(octets) > _OCTETS:
            lines.append(b" ")
        lines[-1] += octets
    return b"\r\n".join(lines) + b"\r\n"
