"""From lines to the bytes of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.export.columns import COLUMNS, Profile
from fieldtui.export.csv_list import to_csv
from fieldtui.export.ics_list import to_ics
from fieldtui.export.json_list import to_json
from fieldtui.export.lines import ListLine

Format = Literal["csv", "ics", "json", "pdf", "xlsx"]
FORMATS: Final[dict[Profile, tuple[Format, ...]]] = {
    "reception": ("csv", "pdf", "xlsx", "json"),
    "own": ("csv", "pdf", "xlsx", "json"),
    "outlook": ("ics",),
}
_PROFILES: Final[tuple[str, ...]] = get_args(Profile)


def check(profile: str, fmt: str) -> tuple[Profile, Format]:
    """The profile and the format as their types, or a sentence about which go together.

    Raises:
        BadUsage: No such profile, no such format, or two that do not go together.
    """
    for known in COLUMNS:
        if known == profile:
            for allowed in FORMATS[known]:
                if allowed == fmt:
                    return known, allowed
            raise BadUsage(_wrong_format(known, fmt))
    raise BadUsage(
        _("Profilen {profile} findes ikke. Vælg en af: {profiles}.").format(
            profile=profile, profiles=", ".join(_PROFILES)
        )
    )


def _wrong_format(profile: Profile, fmt: str) -> str:
    return _("Profilen {profile} findes ikke som {format}. Vælg {formats}.").format(
        profile=profile, format=fmt, formats=_or(FORMATS[profile])
    )


def _or(words: Iterable[str]) -> str:
    return _(" eller ").join(words)


def render(
    lines: Sequence[ListLine],
    *,
    profile: Profile,
    fmt: Format,
    first: date,
    last: date,
    made_at: datetime,
) -> bytes:
    """The file's content.

    Cancelled and annulled appointments stand in a calendar as cancelled, so that Outlook takes them away; in the
    other formats they do not stand. An empty list says "Ingen aftaler" (JSON: `[]`).

    Args:
        lines: The lines, made with `line_of` for the same profile; sorted here.
        profile: For whom.
        fmt: As what.
        first: First day of the period.
        last: Last day of the period.
        made_at: When the list is made; becomes the calendar's DTSTAMP.

    Raises:
        BadUsage: The profile does not exist in that format.
    """
    profile, fmt = check(profile, fmt)
    ordered = sorted(lines, key=lambda line: (line.starts_at, line.reference))
    if fmt == "ics":
        return to_ics(ordered, made_at=made_at)
    held = [line for line in ordered if not line.cancelled]
    rows = [row_of(line, profile) for line in held]
    if fmt == "csv":
        return to_csv(rows, COLUMNS[profile])
    if fmt == "json":
        return to_json(rows, COLUMNS[profile])
    # What follows is loaded only by who wants it: the libraries take longer than the list.
    if fmt == "xlsx":
        from fieldtui.export.xlsx_list import to_xlsx

        return to_xlsx(rows, COLUMNS[profile], made_at=made_at)
    from fieldtui.export.pdf_list import to_pdf

    return to_pdf(rows, COLUMNS[profile], first=first, last=last, made_at=made_at)


def row_of(line: ListLine, profile: Profile) -> dict[str, Any]:
    """The values of the profile's columns, and no others."""
    values: dict[str, Any] = {
        "date": line.starts_at.date(),
        "week": line.starts_at.isocalendar().week,
        "start": line.starts_at.time(),
        "end": line.ends_at.time(),
        "place": line.place,
        "consultant": line.consultant_initials or line.consultant_name,
        "citizen": line.citizen_label or "",
        "reference": line.reference,
        "kind": line.kind_label,
        "practical_needs": line.practical_needs,
        "phone": line.phone or "",
    }
    return {column.key: values[column.key] for column in COLUMNS[profile]}
