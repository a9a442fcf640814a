"""Appointments: the summons (bek. 442/2023 § 20), the time, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.records.base import Code, Day, Instant, Line, Merge, Phone, Record, Ref, Scope, Text, Words, about

AppointmentKind = Literal[
    "jobsamtale", "opfoelgning", "virksomhedsbesoeg", "brobygning", "mentor", "team", "netvaerk", "andet"
]


class Attendance(StrEnum):
    """What became of an appointment."""

    PLANNED = "planned"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    CANCELLED_CITIZEN = "cancelled_citizen"
    CANCELLED_CITIZEN_LATE = "cancelled_citizen_late"
    CANCELLED_STAFF = "cancelled_staff"


class Appointment(Record):
    """A meeting with a citizen, or of the team where no citizen is named."""

    collection: ClassVar[str] = "appointment"
    label: ClassVar[str] = "Aftale"
    plural: ClassVar[str] = "Aftaler"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref | None = about("Borger", "Tom for team- og netværksmøder.")
    consultant_id: Ref | None = about("Konsulent", "Hvem der holder mødet.")
    participants: Words = about("Deltagere", "Medarbejdere ud over konsulenten.", default=(), merge=Merge.SET)
    kind: AppointmentKind = about("Type", "Hvad det er for et møde.", required=True)
    title: Line | None = about("Titel", "Kort overskrift; for møder uden borger.")
    starts_at: Instant = about("Start", "Dato og klokkeslæt.", required=True, group="time")
    duration_minutes: int = about("Varighed", "Minutter.", default=45, ge=5, le=600, group="time")
    place: Line | None = about("Sted", "Hvor mødet holdes.")
    address: Line | None = about("Mødeadresse", "Adressen, når borgeren skal møde op et sted.")
    form: Literal["personal", "digital", "phone"] = about(
        "Form", "Personligt, digitalt eller pr. telefon.", default="personal"
    )
    statutory: bool = about("Lovpligtig", "Tæller som lovpligtig samtale.", default=False)
    is_authority: bool = about("Myndighed", "Der kan træffes afgørelser på mødet.", default=False)
    due_on: Day | None = about("Frist", "Dag, samtalen senest skal være holdt.", group="due")
    due_rule_id: Code | None = about("Fristens regel", "Regel, fristen er beregnet efter.", group="due")
    due_rule_version: int | None = about("Regelversion", "Reglens version, da fristen blev sat.", group="due", ge=1)
    status: Attendance = about("Status", "Hvad der blev af aftalen.", default=Attendance.PLANNED, group="outcome")
    status_at: Instant | None = about("Registreret", "Hvornår status blev registreret.", group="outcome")
    status_reason: Text | None = about("Årsag", "Borgerens eller vores begrundelse.", group="outcome", multiline=True)
    company_id: Ref | None = about("Virksomhed", "Ved virksomhedsbesøg.")
    rebook_allowed: bool | None = about("Må ombookes", "Om borgeren selv må flytte mødet.")
    rebook_from: Day | None = about("Ombooking fra", "Første dag, borgeren selv må flytte mødet.")
    rebook_until: Day | None = about("Ombooking senest", "Sidste dag, borgeren selv må flytte mødet.")
    rebookings: int | None = about("Ombookinger", "Hvor mange gange borgeren har flyttet mødet.", ge=0, le=1000)
    summoned_at: Instant | None = about("Indkaldt", "Hvornår borgeren blev indkaldt.")
    contact_options: Line | None = about("Kontaktmulighed", "Hvordan borgeren kommer i kontakt om mødet.")
    call_phone: Phone | None = about("Telefon til mødet", "Nummeret, hvis borgeren selv ringer op.")
    description: Text | None = about("Beskrivelse", "Hvad mødet handler om; står i indkaldelsen.", multiline=True)
    practical_needs: Words = about("Praktiske behov", "Fx tolk eller kørestol.", default=(), merge=Merge.SET)
    series_id: Ref | None = about("Række", "Fælles for de aftaler, der er booket som én række.")
    unannounced: bool | None = about("Uanmeldt", "Borgeren kom uden aftale; tæller ikke i fremmødet.")

    @model_validator(mode="after")
    def _someone_meets(self) -> Self:
        if self.citizen_id is None and self.kind not in {"team", "netvaerk", "virksomhedsbesoeg", "andet"}:
            raise PydanticCustomError("needs:citizen_id", "needs a citizen")
        return self

    @property
    def ends_at(self) -> datetime:
        """The instant it is over."""
        # Counted in UTC: within one zone Python adds by the wall clock, which is an hour off when the clocks change.
        return (self.starts_at.astimezone(UTC) + timedelta(minutes=self.duration_minutes)).astimezone(COPENHAGEN)
