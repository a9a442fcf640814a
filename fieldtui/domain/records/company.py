"""Companies and the work of finding places in them; team scope, names no citizen but in `JobLead`."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from fieldtui.domain.records.base import (
    Code,
    CvrNumber,
    Day,
    Line,
    Merge,
    Phone,
    PNumber,
    Record,
    Ref,
    Scope,
    Text,
    Words,
    about,
)


class Company(Record):
    """A workplace. One company (CVR) has many units (P numbers); placements attach to the unit."""

    collection: ClassVar[str] = "company"
    label: ClassVar[str] = "Virksomhed"
    plural: ClassVar[str] = "Virksomheder"
    reach: ClassVar[Scope] = "team"

    name: Line = about("Navn", "Virksomhedens navn.", required=True, min_length=1)
    cvr: CvrNumber | None = about("CVR-nummer", "Otte cifre.")
    p_number: PNumber | None = about("P-nummer", "Ti cifre; uden kontrolciffer.")
    trade: Line | None = about("Branche", "Hvad de laver.")
    address: Line | None = about("Adresse", "Arbejdsstedets adresse.")
    postal_code: Line | None = about("Postnummer", "Fire cifre.", max_length=10)
    city: Line | None = about("By", "Postdistrikt.")
    phone: Phone | None = about("Telefon", "Hovednummer.")
    email: Line | None = about("E-mail", "Hovedadresse.")
    relation: Code | None = about("Relation", "Ny, lun, varm, aftale eller nej tak.", codes="relation")
    rest_until: Day | None = about("Hviler til", "Dag, virksomheden har bedt om ro til.")
    notes: Text | None = about("Noter", "Fælles for teamet; nævner aldrig en borger.", multiline=True)
    merged_into: Ref | None = about("Lagt sammen med", "Virksomheden, der står for begge; tom, når den står for sig.")
    not_duplicate_of: Words = about(
        "Ikke en dublet af", "Id'er på virksomheder, som nogen har sagt, er en anden.", default=(), merge=Merge.SET
    )


class CompanyContact(Record):
    """A person at a company."""

    collection: ClassVar[str] = "company_contact"
    label: ClassVar[str] = "Kontaktperson"
    plural: ClassVar[str] = "Kontaktpersoner"
    reach: ClassVar[Scope] = "team"

    company_id: Ref = about("Virksomhed", "Hvor personen arbejder.", required=True)
    name: Line = about("Navn", "Kontaktpersonens navn.", required=True, min_length=1)
    role: Line | None = about("Rolle", "Fx leder eller mentor.")
    phone: Phone | None = about("Telefon", "Direkte nummer.")
    email: Line | None = about("E-mail", "Direkte adresse.")


class EmployerContact(Record):
    """One contact with an employer: shared in the team so that nobody calls twice; names no citizen."""

    collection: ClassVar[str] = "employer_contact"
    label: ClassVar[str] = "Virksomhedskontakt"
    plural: ClassVar[str] = "Virksomhedskontakter"
    reach: ClassVar[Scope] = "team"
    append_only: ClassVar[bool] = True

    company_id: Ref = about("Virksomhed", "Hvem der blev kontaktet.", required=True, merge=Merge.APPEND)
    on: Day = about("Dato", "Dagen for kontakten.", required=True, merge=Merge.APPEND)
    mode: Literal["visit", "phone", "mail"] = about(
        "Form", "Besøg, telefon eller mail.", required=True, merge=Merge.APPEND
    )
    face_to_face: bool = about("Ansigt til ansigt", "Tæller i IPS-målingen.", default=False, merge=Merge.APPEND)
    text: Text | None = about("Hvad skete", "Kort; nævner aldrig en borger.", merge=Merge.APPEND, multiline=True)
    by: Ref | None = about("Konsulent", "Hvem der havde kontakten.", merge=Merge.APPEND)
    addendum_to: Ref | None = about("Tilføjelse til", "Den kontakt, som dette retter.", merge=Merge.APPEND)


class JobLead(Record):
    """What was done at a company for one citizen; the only link between the two."""

    collection: ClassVar[str] = "job_lead"
    label: ClassVar[str] = "Jobspor"
    plural: ClassVar[str] = "Jobspor"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref = about("Borger", "Hvem det gjaldt.", required=True, merge=Merge.APPEND)
    company_id: Ref = about("Virksomhed", "Hvor.", required=True)
    opening_id: Ref | None = about("Åbning", "Den konkrete mulighed.")
    employer_contact_id: Ref | None = about("Kontakt", "Den kontakt, hvor det skete.")
    on: Day = about("Dato", "Dagen, det skete.", required=True)
    state: Literal["proposed", "contacted", "meeting", "placed", "declined"] = about(
        "Trin", "Hvor langt det er.", default="contacted"
    )
    next_step_on: Day | None = about("Næste skridt", "Dag, vi følger op.")
    text: Text | None = about("Bemærkning", "Hvad der blev aftalt.", multiline=True)


class Opening(Record):
    """A job or a place a company has open."""

    collection: ClassVar[str] = "opening"
    label: ClassVar[str] = "Åbning"
    plural: ClassVar[str] = "Åbninger"
    reach: ClassVar[Scope] = "team"

    company_id: Ref = about("Virksomhed", "Hvor.", required=True)
    title: Line = about("Titel", "Hvad det er for et job.", required=True, min_length=1)
    weekly_hours: float | None = about("Timer pr. uge", "Timer.", ge=0, le=60)
    tasks: Text | None = about("Opgaver", "Hvad man laver.", multiline=True)
    considerations: Words = about("Muligt hensyn", "Fx rolig start, mentor.", default=(), merge=Merge.SET)
    practical: Words = about(
        "Praktisk muligt", "Fx kørestol eller tolk: det, stedet kan klare.", default=(), merge=Merge.SET
    )
    open_from: Day | None = about("Åben fra", "Første dag.", group="open")
    open_until: Day | None = about("Åben til", "Sidste dag.", group="open")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.open_from and self.open_until and self.open_until < self.open_from:
            raise PydanticCustomError("order:open_until:open_from", "ends before it begins")
        return self


class Partner(Record):
    """A provider, a treatment unit, a local actor or an authority, for as long as it exists."""

    collection: ClassVar[str] = "partner"
    label: ClassVar[str] = "Samarbejdspartner"
    plural: ClassVar[str] = "Samarbejdspartnere"
    reach: ClassVar[Scope] = "team"

    name: Line = about("Navn", "Partnerens navn.", required=True, min_length=1)
    kind: Literal["provider", "treatment_unit", "local_actor", "authority"] = about(
        "Type", "Hvad partneren er.", required=True
    )
    phone: Phone | None = about("Telefon", "Hovednummer.")
    address: Line | None = about("Adresse", "Hvor de holder til.")
    valid_from: Day | None = about("Gælder fra", "Første dag.", group="valid")
    valid_to: Day | None = about("Gælder til", "Sidste dag; fx når en bevilling udløber.", group="valid")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise PydanticCustomError("order:valid_to:valid_from", "ends before it begins")
        return self


class Activity(Record):
    """Work that belongs to no citizen: outreach days, networks, team meetings, anonymous sparring."""

    collection: ClassVar[str] = "activity"
    label: ClassVar[str] = "Aktivitet"
    plural: ClassVar[str] = "Aktiviteter"
    reach: ClassVar[Scope] = "team"

    kind: Literal["outreach", "network", "team_meeting", "sparring"] = about("Type", "Hvad det var.", required=True)
    on: Day = about("Dato", "Dagen.", required=True)
    minutes: int | None = about("Minutter", "Hvor længe.", ge=0, le=1440)
    place: Line | None = about("Sted", "Hvor.")
    with_whom: Line | None = about("Sammen med", "Andre medarbejdere eller netværk; aldrig en borger.", alias="with")
    text: Text | None = about("Bemærkning", "Nævner aldrig en borger.", multiline=True)
    anonymous_requests: int | None = about(
        "Anonyme ønsker", "Hvor mange der spurgte om anonym behandling; kun et tal, aldrig hvem.", ge=0, le=1000
    )
    fidelity_item: int | None = about(
        "Punkt i IPS-25", "Ved en bedømmelse af indsatsen: punktets nummer.", ge=1, le=25, merge=Merge.APPEND
    )
    fidelity_score: int | None = about(
        "Score", "Bedømmelsen, 1 til 5; begrundelsen står i bemærkningen.", ge=1, le=5, merge=Merge.APPEND
    )
    fidelity_by: Line | None = about("Bedømt af", "Initialer eller navn på den, der bedømte.", merge=Merge.APPEND)

    @model_validator(mode="after")
    def _rated_for_a_reason(self) -> Self:
        rated = self.fidelity_item is not None
        if rated != (self.fidelity_score is not None):
            raise PydanticCustomError("missing:fidelity_score" if rated else "missing:fidelity_item", "half a rating")
        if rated and not self.text:
            raise PydanticCustomError("missing:text", "a rating without its reason")
        return self
