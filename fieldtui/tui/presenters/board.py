"""Brobygning: four columns of requests for treatment, each with its clock in a bar, in words and as a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.deadlines import free_choice
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.bridgingboard import BridgingRow
from fieldtui.services.consents import ConsentState
from fieldtui.tui.presenters.dates import full, short, with_day, with_day_full
from fieldtui.tui.presenters.lines import Line, Piece, bar, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.words import BASES, BASES_SHORT, CONSENT_FORMS, sync_mark, word

STAGES: Final = ("wish", "referred", "received", "started")
COLUMNS: Final = (N_("Ønske"), N_("Henvist"), N_("Modtaget"), N_("Startet"))
_SOON: Final = 3
_WIDEST: Final = 14


@dataclass(frozen=True, slots=True)
class Board:
    """The requests by column; those that are ended are not shown."""

    columns: tuple[tuple[BridgingRow, ...], ...]

    @classmethod
    def of(cls, rows: Sequence[BridgingRow]) -> Board:
        """From the service's rows, which come by urgency."""
        return cls(tuple(tuple(row for row in rows if row.stage == stage) for stage in STAGES))

    def find(self, referral_id: str | None) -> tuple[int, int] | None:
        """Column and place of a request."""
        for column, rows in enumerate(self.columns):
            for place, row in enumerate(rows):
                if row.referral.id == referral_id:
                    return column, place
        return None

    @property
    def order(self) -> list[str]:
        """All requests, column by column: the way the cursor goes."""
        return [row.referral.id for rows in self.columns for row in rows]


def column_title(number: int, count: int) -> str:
    """`2 Henvist · 3`."""
    return f"{number + 1} {_(COLUMNS[number])} · {count}"


def consent_piece(row: BridgingRow, *, long: bool = False) -> Piece:
    """The consent: glyph, word and day."""
    record = row.consent.record if row.consent else None
    until = short(record.expires_on) if record and record.expires_on else "–"
    if row.consent_state is ConsentState.VALID:
        text, tone = _("√ samtykke {day}").format(day=until), "success"
    elif row.consent_state is ConsentState.EXPIRES_SOON:
        text, tone = _("▲ samtykke {day}").format(day=until), "warning"
    elif row.consent_state is ConsentState.EXPIRED:
        text, tone = _("× samtykke udløbet"), "error"
    elif row.consent_state is ConsentState.WITHDRAWN:
        text, tone = _("× samtykke væk") if not long else _("× samtykke trukket tilbage"), "error"
    else:
        text, tone = _("! intet samtykke"), "warning"
    return Piece(text, tone)  # type: ignore[arg-type]


def clock_lines(row: BridgingRow) -> list[Line]:
    """The guarantee: `dag 12 af 14`, a bar, the day and how long is left."""
    record = row.referral.record
    if row.limit_days is None or row.days_left is None or row.due_on is None:
        if row.stage == "started" and record.started_on:
            return [line(_("startet {day}").format(day=short(record.started_on)))]
        if row.owner == "region":
            return [line(Piece(_("venter på regionen"), "dim"))]
        return []
    late, soon = row.days_left < 0, row.days_left <= _SOON
    mark = "▲ " if late or soon else ""
    tone = "error" if late else "warning" if soon else ""
    text = _("dag {day} af {limit}").format(day=row.day_number, limit=row.limit_days)
    template = _("regionens {day}") if row.owner == "region" else _("frist {day}")
    due = template.format(day=with_day(row.due_on))
    return [
        line(Piece(f"{mark}{text}", tone)),  # type: ignore[arg-type]
        bar(row.day_number, row.limit_days, widest=_WIDEST),
        line(Piece(due, tone)),  # type: ignore[arg-type]
    ]


def card_lines(row: BridgingRow, names: Names, *, chosen: bool) -> list[Line]:
    """One card on the board."""
    name = names.show(row.citizen.id, row.citizen.record.short_name)
    lead = Piece(f"► {name}" if chosen else f"  {name}", "primary" if chosen else "bold")
    lines: list[Line] = [line(lead)]
    if not names.discreet:
        lines.append(line("  ", Piece(word(BASES_SHORT, row.referral.record.basis), "dim")))
    lines += [line("  ", *each) for each in clock_lines(row)]
    if row.stage != "started" or row.consent_state not in {ConsentState.VALID, ConsentState.EXPIRES_SOON}:
        lines.append(line("  ", consent_piece(row)))
    if row.both_tracks:
        lines.append(line("  ", Piece(_("√ også i virksomhed"), "success")))
    sync = sync_mark(row.referral.sync_state)
    if sync.text:
        lines.append(line("  ", sync))
    return lines


def days_left_words(days: int) -> str:
    """`2 dage tilbage`, `sidste dag`, `3 dage over`."""
    if days == 0:
        return _("sidste dag i dag")
    if days < 0:
        return _("1 dag over") if days == -1 else _("{days} dage over").format(days=-days)
    return _("1 dag tilbage") if days == 1 else _("{days} dage tilbage").format(days=days)


def detail_lines(row: BridgingRow, names: Names, rules: RuleBook, today: date) -> list[Line]:
    """Everything about one request: deadline with its rule, consent, who to call, and what is locked."""
    if names.discreet:
        return [line("•••")]
    record = row.referral.record
    lines: list[Line] = []
    if row.due_on is not None and row.days_left is not None:
        rule = rules.on(row.rule_id, today) if row.rule_id else None
        label = rule.label if rule else ""
        who = (
            _("regionen ejer fristen; regnet fra dens modtagelse {day}").format(day=short(record.received_on))
            if row.owner == "region" and record.received_on is not None
            else _("regnet fra henvendelsen {day}").format(day=short(record.requested_on))
        )
        text = _("Start senest {day} ({who})").format(day=with_day_full(row.due_on), who=who)
        mark = "▲ " if row.days_left <= _SOON else ""
        left = Piece(mark + days_left_words(row.days_left), "warning" if row.days_left <= _SOON else "")
        unconfirmed = " · " + _("ubekræftet regel") if rule is not None and not rule.confirmed else ""
        lines.append(_labelled(_("Frist"), left, Piece("  " + text)))
        norm = ""
        if row.norm_on is not None:
            norm = " · " + _("norm {day}").format(day=with_day(row.norm_on))
        if label:
            lines.append(_labelled("", Piece(label + unconfirmed + norm, "dim")))
        if record.free_choice:
            lines.append(_labelled("", Piece(free_choice(record))))
    elif record.started_on:
        lines.append(_labelled(_("Forløb"), Piece(_("Behandling startet {day}").format(day=full(record.started_on)))))
    elif row.owner == "region":
        text = _("Uret er regionens og går fra den dag, regionen modtager henvisningen.")
        lines.append(_labelled(_("Frist"), Piece(text)))
    consent = row.consent.record if row.consent else None
    about = f" · {word(CONSENT_FORMS, consent.form)} · {consent.recipient} · {consent.scope or '–'}" if consent else ""
    lines.append(_labelled(_("Samtykke"), consent_piece(row, long=True), Piece(about)))
    contact = " · ".join(part for part in (record.provider, record.contact_name, record.contact_phone) if part)
    if contact:
        lines.append(_labelled(_("Kontakt"), Piece(contact)))
    if record.note:
        lines.append(_labelled(_("Aftalt"), Piece(" ".join(record.note.split()))))
    if not may_share(row):
        lines.append(line(Piece(_("Deling er låst: ") + lock_reason(row), "warning")))
    return lines


def _labelled(label: str, *pieces: Piece) -> Line:
    return line(Piece(f"{label:<10}", "primary"), *pieces)


def may_share(row: BridgingRow) -> bool:
    """True where a valid consent opens for sharing with treatment."""
    return row.consent_state in {ConsentState.VALID, ConsentState.EXPIRES_SOON}


def lock_reason(row: BridgingRow) -> str:
    """Why nothing may be shared, and what to do."""
    name = row.citizen.record.given_name.split()[0]
    if row.consent_state is ConsentState.EXPIRED:
        return _("samtykket er udløbet. Del først, når {name} har sagt ja igen (s).").format(name=name)
    if row.consent_state is ConsentState.WITHDRAWN:
        return _("{name} har trukket sit samtykke tilbage.").format(name=name)
    return _("{name} har ikke givet samtykke. Tryk s for at registrere det.").format(name=name)


def title(row: BridgingRow, names: Names) -> str:
    """`Maja S. · bad om hjælp 11-11-2026 · Stofmisbrug (SEL § 101)`."""
    name = names.show(row.citizen.id, row.citizen.record.short_name)
    asked = _("bad om hjælp {day}").format(day=full(row.referral.record.requested_on))
    return name if names.discreet else f"{name} · {asked} · {word(BASES, row.referral.record.basis)}"
