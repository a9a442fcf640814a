"""The access log as the citizen it is about is entitled to it: when, what, in which role, why; never by whom.

The Court of Justice (C-579/21, Pankki S) holds that the citizen has a right to the time and purpose of each lookup, and to
the identity of the employee only where it is needed to exercise their rights; Datatilsynet says the same (2024-32-0283).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.domain.logged import ABOUT_A_CITIZEN, bare_reason, sentence

_WIDTH: Final = 78
_ROLES: Final[Mapping[str, str]] = {
    "consultant": N_("jobkonsulent"),
    "leader": N_("teamleder"),
    "treatment": N_("behandlingsmedarbejder"),
}
_ABOUT_LISTS: Final = N_(
    "Oversigter, hvor flere borgere står sammen, og søgninger er skrevet i loggen uden de enkelte borgere og står ikke her."
)


class Entry(Protocol):
    """What is read of an entry, on a device and at the central system."""

    @property
    def at(self) -> str:
        """ISO 8601 with offset."""

    @property
    def actor(self) -> str:
        """Consultant id; empty before enrolment."""

    @property
    def action(self) -> str:
        """A code of `fieldtui.domain.logged`."""

    @property
    def reason(self) -> str | None:
        """As typed."""

    @property
    def detail(self) -> str | None:
        """A technical word or count."""


class Colleague(Protocol):
    """Somebody of the staff."""

    @property
    def id(self) -> str:
        """Consultant id."""

    @property
    def initials(self) -> str:
        """Unique in the organisation."""

    @property
    def name(self) -> str:
        """The whole name."""

    @property
    def role(self) -> str:
        """What they are."""

    @property
    def unit(self) -> str | None:
        """Of a treatment worker: where."""


@dataclass(frozen=True, slots=True)
class GivenLook:
    """One entry as the citizen reads it."""

    at: datetime
    what: str
    """In plain words, in the language in force."""
    who: str
    """The role, or the unit; never a person."""
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {"at": isoformat(self.at), "what": self.what, "who": self.who, "reason": self.reason}


def looks_of(entries: Iterable[Entry], staff: Sequence[Colleague]) -> tuple[GivenLook, ...]:
    """Entries about one citizen as that citizen is told them, in the order of time.

    Args:
        entries: Those about the citizen and the citizen's records; others are left out by their code.
        staff: The organisation's people; their names and initials are taken out of typed reasons too.
    """
    roles = {each.id: _who(each) for each in staff}
    names = tuple(each.name for each in staff)
    initials = {each.initials for each in staff}
    found = [
        GivenLook(
            at=datetime.fromisoformat(entry.at).astimezone(COPENHAGEN),
            what=sentence(entry.action, entry.detail),
            who=roles.get(entry.actor, _("medarbejder")),
            reason=_without_staff(entry.reason, names, initials),
        )
        for entry in entries
        if entry.action in ABOUT_A_CITIZEN
    ]
    return tuple(sorted(found, key=lambda look: look.at))


def _who(person: Colleague) -> str:
    role = _(_ROLES[person.role]) if person.role in _ROLES else _("medarbejder")
    return f"{role}, {clean(person.unit)}" if person.unit else role


def _without_staff(reason: str | None, names: tuple[str, ...], initials: set[str]) -> str | None:
    text = bare_reason(clean(reason) if reason else None, names)
    if text is None:
        return None
    return re.sub(r"\b[A-ZÆØÅ]{2,6}\b", lambda found: "•••" if found.group() in initials else found.group(), text)


def given_text(looks: Sequence[GivenLook], made_at: datetime, *, here: bool) -> str:
    """The answer to the citizen as plain text, lines of at most 78 characters.

    Args:
        looks: What to tell.
        made_at: Now.
        here: True where it is one machine's log; the office's holds every machine's.
    """
    local = made_at.astimezone(COPENHAGEN)
    head = [_("# Opslag om dig"), ""]
    head += _wrapped(
        _("Hvem der har set eller ændret noget om dig i fieldtui, hvornår og hvorfor. Lavet {at}.").format(
            at=local.strftime("%d-%m-%Y %H:%M")
        )
    )
    scope = (
        _("Det er loggen fra én medarbejders maskine. Kontoret har alle maskiners.")
        if here
        else _("Det er loggen fra alle medarbejderes maskiner, som kontoret har modtaget den.")
    )
    head += ["", *_wrapped(scope), *_wrapped(_(_ABOUT_LISTS))]
    head += [
        "",
        *_wrapped(_("Medarbejdere står med deres rolle eller enhed. Spørg, hvis du har brug for at vide mere.")),
    ]
    body = [_("Der er ingen opslag.")] if not looks else []
    for look in looks:
        body.append("")
        body.append(f"{look.at.strftime('%d-%m-%Y %H:%M')}  {look.who}")
        body += textwrap.wrap(look.what, _WIDTH, initial_indent="  ", subsequent_indent="  ")
        if look.reason:
            reason = _("Grund: {reason}").format(reason=look.reason)
            body += textwrap.wrap(reason, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join([*head, *body]) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH)
