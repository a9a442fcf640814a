"""What each file of an extract means: one function per file turns a row into the records it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.central.importing.rows import Row
from fieldtui.domain.calendar import add_months
from fieldtui.domain.identifiers import CprWarning, InvalidCpr, parse_cpr
from fieldtui.domain.rulebook import RuleBook

CITIZENS: Final = "borgere.csv"
COMPANIES: Final = "virksomheder.csv"
CONTACTS: Final = "virksomhedskontakter.csv"
ACTIVATIONS: Final = "aktivering.csv"


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that a row stands for, not yet checked."""

    collection: str
    body: Mapping[str, Any]
    columns: Mapping[str, str]
    """Column of the file by field of the record, so that a refusal names the column."""
    annulled: bool = False
    consultant: str | None = None
    """Initials of whom a citizen belongs to."""
    own_ref: str | None = None
    """Reference that several rows share, where it is not the row's own."""


@dataclass(frozen=True, slots=True)
class KnownCitizen:
    """A citizen that rows may refer to."""

    id: str
    consultant_id: str | None
    enrolled_on: date | None
    discharged_on: date | None


class Context(Protocol):
    """What a row may ask about everything else."""

    rules: RuleBook
    today: date

    def citizen(self, row: Row, *, required: bool = True) -> KnownCitizen | None:
        """The citizen of the row; refuses the row where there is none."""

    def company(self, row: Row, *, required: bool = True) -> str | None:
        """Id of the row's company; refuses the row where there is none."""

    def consultant(self, row: Row, column: str) -> str | None:
        """Id of the consultant with the initials in a column; refuses the row where they cannot be."""

    def id_for(self, file: str, ref: str, collection: str) -> str:
        """Id of what a reference stands for, a new one where it is new."""


Maker = Callable[[Row, Context], list[Draft]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A file of an extract."""

    file: str
    ref: str
    """Column of the row's own reference."""
    columns: tuple[str, ...]
    make: Maker


_CPR_WARNINGS: Final[dict[CprWarning, str]] = {
    "mod11": N_("CPR-nummerets kontrolciffer passer ikke. Det findes lovligt, men tjek nummeret."),
    "mod11_unlikely": N_(
        "CPR-nummerets kontrolciffer passer ikke, og det er sjældent ved den fødselsdag. Tjek nummeret."
    ),
    "age": N_("Alderen efter CPR-nummeret er under 15 eller over 100 år. Tjek nummeret."),
}


def _citizen(row: Row, context: Context) -> list[Draft]:
    rules = context.rules
    protected = row.flag("adressebeskyttet")
    body = {
        "given_name": row.text("fornavn", required=True),
        "family_name": row.text("efternavn"),
        "cpr": row.text("cpr"),
        "address": row.text("adresse"),
        "postal_code": row.text("postnr"),
        "city": row.text("by"),
        "phone": _phone(row, "telefon"),
        "address_protected": protected,
        "enrolled_on": row.day("indskrevet", required=True),
        "discharged_on": row.day("udskrevet"),
        "discharge_reason": row.code("udskrivningsaarsag", rules.codes("discharge_reason")),
        "unemployed_since": row.day("ledig_siden"),
        "visitation_category": row.code("visitationskategori", rules.codes("visitation_category")),
        "benefit": row.code("ydelse", rules.codes("benefit")),
        "district": row.code("bydel", rules.codes("district")),
        "programme": row.code("indsats", rules.codes("programme")),
    }
    if protected is None and not row.impossible:
        # Unknown protection is no licence to show an address.
        row.refuse("adressebeskyttet", _("Feltet er tomt."))
    _look_at_citizen(row, body, context.today)
    context.consultant(row, "konsulent")
    columns = {
        "given_name": "fornavn", "family_name": "efternavn", "cpr": "cpr", "address": "adresse",
        "postal_code": "postnr", "city": "by", "phone": "telefon", "enrolled_on": "indskrevet",
        "discharged_on": "udskrevet", "discharge_reason": "udskrivningsaarsag", "unemployed_since": "ledig_siden",
    }  # fmt: skip
    return [Draft("citizen", body, columns, consultant=row.text("konsulent"))]


def _look_at_citizen(row: Row, body: Mapping[str, Any], today: date) -> None:
    if body["cpr"] is None:
        row.odd("cpr", _("Borgeren har intet CPR-nummer."))
    else:
        try:
            for warning in parse_cpr(body["cpr"]).warnings(today):
                row.odd("cpr", _(_CPR_WARNINGS[warning]))
        except InvalidCpr:
            pass  # the model refuses it, with its own sentence
    if body["address"] is None:
        row.odd("adresse", _("Borgeren har ingen adresse."))
    if body["discharged_on"] and not body["discharge_reason"]:
        row.odd("udskrivningsaarsag", _("Borgeren er udskrevet uden årsag."))
    if body["discharge_reason"] and not body["discharged_on"]:
        row.odd("udskrevet", _("Der er en udskrivningsårsag, men ingen dato."))
    if body["unemployed_since"] and body["enrolled_on"] and body["unemployed_since"] > body["enrolled_on"]:
        row.odd("ledig_siden", _("Ledigheden begynder efter indskrivningen."))
    if body["enrolled_on"] and body["enrolled_on"] > today.isoformat():
        row.odd("indskrevet", _("Borgeren er indskrevet fra en dag, der ikke er kommet endnu."))


def _company(row: Row, context: Context) -> list[Draft]:
    ref = row.text("virksomhed_ref") or ""
    contact = row.text("kontaktperson")
    phone, email = _phone(row, "telefon"), row.text("email")
    body = {
        "name": row.text("navn", required=True),
        "cvr": row.text("cvr"),
        "p_number": row.text("p_nummer"),
        "trade": row.text("branche"),
        "address": row.text("adresse"),
        "postal_code": row.text("postnr"),
        "city": row.text("by"),
    }
    columns = {"name": "navn", "cvr": "cvr", "p_number": "p_nummer", "phone": "telefon", "email": "email"}
    if contact is None:
        return [Draft("company", body | {"phone": phone, "email": email}, columns)]
    company_id = context.id_for(COMPANIES, ref, "company")
    person = {"company_id": company_id, "name": contact, "phone": phone, "email": email}
    return [Draft("company", body, columns), Draft("company_contact", person, columns | {"name": "kontaktperson"})]


_PLACEMENT_KINDS: Final = ("virksomhedspraktik", "loentilskud", "smaajob", "ordinaert_job", "fleksjob", "uddannelse")
_PLACEMENT_STATUS: Final = {"normal": False, "annulleret": True}


def _placement(row: Row, context: Context) -> list[Draft]:
    citizen = context.citizen(row)
    company = context.company(row, required=False)
    kind = row.choice("type", {name: name for name in _PLACEMENT_KINDS})
    annulled = row.choice("status", _PLACEMENT_STATUS)
    body = {
        "citizen_id": citizen.id if citizen else None,
        "company_id": company,
        "kind": kind,
        "starts_on": row.day("start", required=True),
        "ends_on": row.day("slut"),
        "weekly_hours": row.number("timer_pr_uge"),
    }
    if company is None and kind not in {None, "uddannelse"}:
        row.odd("virksomhed_ref", _("Placeringen har ingen virksomhed."))
    if citizen is not None:
        _look_at_day(row, "start", body["starts_on"], citizen)
    columns = {"starts_on": "start", "ends_on": "slut", "weekly_hours": "timer_pr_uge", "kind": "type"}
    return [Draft("placement", body, columns, annulled=bool(annulled))]


_APPOINTMENT_KINDS: Final = ("jobsamtale", "opfoelgning", "virksomhedsbesoeg", "brobygning", "mentor", "andet")
_ATTENDANCE: Final = {
    "planlagt": "planned",
    "fremmoedt": "attended",
    "udeblevet": "no_show",
    "afbud": "cancelled_citizen",
    "afbud_sent": "cancelled_citizen_late",
    "sent_afbud": "cancelled_citizen_late",
    "aflyst": "cancelled_staff",
}


def _appointment(row: Row, context: Context) -> list[Draft]:
    citizen = context.citizen(row)
    starts_at = row.instant("start")
    status = row.choice("status", _ATTENDANCE)
    place = row.text("sted")
    body = {
        "citizen_id": citizen.id if citizen else None,
        "consultant_id": citizen.consultant_id if citizen else None,
        "kind": row.choice("type", {name: name for name in _APPOINTMENT_KINDS}),
        "starts_at": starts_at,
        "duration_minutes": row.number("varighed_min", required=True),
        "place": place,
        "form": "phone" if place is not None and code_is(place, "telefon") else None,
        "statutory": row.flag("lovpligtig"),
        "due_on": row.day("frist"),
        "status": status,
    }
    if starts_at is not None:
        day = datetime.fromisoformat(starts_at).astimezone(COPENHAGEN).date()
        if status in {"attended", "no_show"} and day > context.today:
            row.refuse("status", _("Mødet er ikke holdt endnu og kan ikke have det fremmøde."))
        if status == "planned" and day < context.today:
            row.odd("status", _("Mødet ligger i fortiden og står stadig som planlagt."))
        if citizen is not None:
            _look_at_day(row, "start", day.isoformat(), citizen)
    columns = {"starts_at": "start", "duration_minutes": "varighed_min", "place": "sted", "due_on": "frist"}
    return [Draft("appointment", body, columns)]


def _referral(row: Row, context: Context) -> list[Draft]:
    citizen = context.citizen(row)
    bases = {"sel101": "SEL101", "sul141": "SUL141", "sul142": "SUL142", "sul82c": "SUL82C"}
    body = {
        "citizen_id": citizen.id if citizen else None,
        "basis": row.choice("grundlag", bases),
        "requested_on": row.day("henvendelse", required=True),
        "started_on": row.day("start"),
        "provider": row.text("behandlingssted"),
    }
    columns = {"requested_on": "henvendelse", "started_on": "start", "provider": "behandlingssted"}
    return [Draft("referral", body, columns)]


def _consent(row: Row, context: Context) -> list[Draft]:
    citizen = context.citizen(row)
    given, expires, withdrawn = row.day("givet", required=True), row.day("udloeber"), row.day("tilbagekaldt")
    body = {
        "citizen_id": citizen.id if citizen else None,
        "recipient": row.text("modtager", required=True),
        "given_on": given,
        "expires_on": expires,
        # It works at once; of a day without a time, from its beginning.
        "withdrawn_at": f"{withdrawn}T00:00" if withdrawn else None,
    }
    if given and withdrawn and withdrawn < given:
        row.refuse("tilbagekaldt", _("Samtykket er tilbagekaldt, før det blev givet."))
    if (
        given
        and expires
        and date.fromisoformat(expires) > add_months(date.fromisoformat(given), 12) + timedelta(days=1)
    ):
        row.odd("udloeber", _("Samtykket gælder i mere end et år; til helbredsoplysninger højst et år."))
    return [Draft("consent", body, {"recipient": "modtager", "given_on": "givet", "expires_on": "udloeber"})]


def _progression(row: Row, context: Context) -> list[Draft]:
    citizen = context.citizen(row)
    directions = {"fremgang": "progress", "uaendret": "unchanged", "tilbagegang": "setback"}
    body = {
        "citizen_id": citizen.id if citizen else None,
        "on": row.day("dato", required=True),
        "area": row.code("omraade", context.rules.codes("progression_area"), required=True),
        "direction": row.choice("retning", directions),
    }
    return [Draft("progression", body, {"on": "dato", "area": "omraade"})]


def _activation(row: Row, context: Context) -> list[Draft]:
    citizen = context.citizen(row)
    provider = row.text("leverandoer")
    drafts: list[Draft] = []
    partner_id = None
    if provider is not None:
        ref = f"leverandoer:{fold(provider)}"
        partner_id = context.id_for(ACTIVATIONS, ref, "partner")
        drafts.append(Draft("partner", {"name": provider, "kind": "provider"}, {"name": "leverandoer"}, own_ref=ref))
    body = {
        "citizen_id": citizen.id if citizen else None,
        "partner_id": partner_id,
        "kind": "leverandoer" if provider else None,
        "due_on": row.day("frist", required=True),
        "starts_on": row.day("start"),
        "weeks": row.number("uger"),
    }
    columns = {"due_on": "frist", "starts_on": "start", "weeks": "uger"}
    return [*drafts, Draft("activation", body, columns)]


def _contact(row: Row, context: Context) -> list[Draft]:
    ref = row.text("kontakt_ref") or ""
    citizen = context.citizen(row, required=False)
    company = context.company(row)
    on = row.day("dato", required=True)
    mode = row.choice("form", {"besoeg": "visit", "telefon": "phone", "mail": "mail"})
    contact = {
        "company_id": company,
        "on": on,
        "mode": mode,
        "face_to_face": mode == "visit",
        "by": context.consultant(row, "konsulent"),
    }
    drafts = [Draft("employer_contact", contact, {"on": "dato", "mode": "form", "by": "konsulent"})]
    if citizen is not None:
        lead = {
            "citizen_id": citizen.id,
            "company_id": company,
            "employer_contact_id": context.id_for(CONTACTS, ref, "employer_contact"),
            "on": on,
            "state": "contacted",
        }
        drafts.append(Draft("job_lead", lead, {"on": "dato"}))
    return drafts


def _outreach(row: Row, _context: Context) -> list[Draft]:
    body = {
        "kind": "outreach",
        "on": row.day("dato", required=True),
        "minutes": row.number("minutter"),
        "with": row.text("medarbejder"),
    }
    return [Draft("activity", body, {"on": "dato", "minutes": "minutter", "with": "medarbejder"})]


def _phone(row: Row, column: str) -> str | None:
    value = row.text(column)
    digits = "".join(char for char in value or "" if char.isdigit())
    if value is not None and len(digits.removeprefix("0045").removeprefix("45")) != 8 and len(digits) != 8:
        row.odd(column, _("Telefonnummeret har ikke otte cifre. Det er beholdt, som det er."))
    return value


def _look_at_day(row: Row, column: str, day: str | None, citizen: KnownCitizen) -> None:
    if day is None:
        return
    if citizen.enrolled_on is not None and date.fromisoformat(day) < citizen.enrolled_on:
        row.odd(column, _("Dagen ligger før borgerens indskrivning."))
    if citizen.discharged_on is not None and date.fromisoformat(day) > citizen.discharged_on:
        row.odd(column, _("Dagen ligger efter borgerens udskrivning."))


def code_is(text: str, word: str) -> bool:
    """True where a cell says that word, however it is written."""
    return fold(text).strip() == word


KINDS: Final = (
    Kind(
        CITIZENS, "borger_ref",
        ("borger_ref", "cpr", "fornavn", "efternavn", "adresse", "postnr", "by", "telefon", "adressebeskyttet", "indskrevet",
         "udskrevet", "udskrivningsaarsag", "ledig_siden", "visitationskategori", "ydelse", "konsulent", "bydel", "indsats"),
        _citizen,
    ),
    Kind(
        COMPANIES, "virksomhed_ref",
        ("virksomhed_ref", "cvr", "p_nummer", "navn", "branche", "adresse", "postnr", "by", "kontaktperson", "telefon", "email"),
        _company,
    ),
    Kind("forloeb.csv", "forloeb_ref",
         ("forloeb_ref", "borger_ref", "virksomhed_ref", "type", "start", "slut", "timer_pr_uge", "status"), _placement),
    Kind("aftaler.csv", "aftale_ref",
         ("aftale_ref", "borger_ref", "type", "start", "varighed_min", "sted", "status", "lovpligtig", "frist"), _appointment),
    Kind("behandling.csv", "henvisning_ref",
         ("henvisning_ref", "borger_ref", "grundlag", "henvendelse", "start", "behandlingssted"), _referral),
    Kind("samtykker.csv", "samtykke_ref",
         ("samtykke_ref", "borger_ref", "modtager", "givet", "udloeber", "tilbagekaldt"), _consent),
    Kind("progression.csv", "progression_ref", ("progression_ref", "borger_ref", "dato", "omraade", "retning"), _progression),
    Kind(ACTIVATIONS, "aktivering_ref", ("aktivering_ref", "borger_ref", "leverandoer", "frist", "start", "uger"), _activation),
    Kind(CONTACTS, "kontakt_ref",
         ("kontakt_ref", "virksomhed_ref", "borger_ref", "dato", "form", "konsulent"), _contact),
    Kind("opsoegende.csv", "dag_ref", ("dag_ref", "dato", "medarbejder", "minutter"), _outreach),
)  # fmt: skip
"""In the order they are taken: what is referred to comes first."""
