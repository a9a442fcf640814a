"""What is done with a citizen: placements, activation, progression and tasks."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from fieldtui.domain.records.base import Code, Day, HourSteps, Instant, Line, Merge, Record, Ref, Scope, Text, about


class Placement(Record):
    """A place in a company or a course: praktik, løntilskud, småjob, job, fleksjob, education.

    The kind is a code from a dated list; a praktik states its purpose (LAB § 59).
    """

    collection: ClassVar[str] = "placement"
    label: ClassVar[str] = "Placering"
    plural: ClassVar[str] = "Placeringer"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref = about("Borger", "Hvem.", required=True, merge=Merge.APPEND)
    company_id: Ref | None = about("Virksomhed", "Hvor; tom ved uddannelse.")
    kind: Code = about("Type", "Fx virksomhedspraktik eller ordinært job.", required=True, codes="placement_kind")
    starts_on: Day = about("Start", "Første dag.", required=True, group="period")
    ends_on: Day | None = about("Slut", "Sidste dag.", group="period")
    weekly_hours: float | None = about("Timer pr. uge", "Timer.", ge=0, le=60)
    purpose: Text | None = about("Formål", "Det præcise formål; skal stå i en praktikaftale.", multiline=True)
    mentor_name: Line | None = about("Mentor", "Mentor på arbejdspladsen.")
    mentor_hours: float | None = about("Mentortimer", "Timer pr. uge.", ge=0, le=60)
    hours_steps: HourSteps = about(
        "Timernes udvikling",
        "Timer pr. uge fra en dag, fx 2026-11-24=12.5; sidste trin gælder.",
        default=(),
        merge=Merge.SET,
    )
    extension: Code | None = about(
        "Forlængelse", "Hvorfor praktikken varer længere end den første grænse (LAB § 61).", codes="placement_extension"
    )
    extension_reason: Text | None = about("Begrundelse", "Begrundelsen for forlængelsen.", multiline=True)
    end_reason: Code | None = about("Slutårsag", "Hvorfor det sluttede.", codes="placement_end_reason")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise PydanticCustomError("order:ends_on:starts_on", "ends before it begins")
        return self


class Activation(Record):
    """An offer at a provider with its deadline (LAB § 102)."""

    collection: ClassVar[str] = "activation"
    label: ClassVar[str] = "Aktivering"
    plural: ClassVar[str] = "Aktiveringer"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref = about("Borger", "Hvem.", required=True, merge=Merge.APPEND)
    partner_id: Ref | None = about("Leverandør", "Hvor.")
    kind: Code | None = about("Type", "Hvad tilbuddet er.", codes="activation_kind")
    due_on: Day | None = about("Frist", "Dag, tilbuddet senest skal begynde.", group="due")
    due_rule_id: Code | None = about("Fristens regel", "Regel, fristen er beregnet efter.", group="due")
    due_rule_version: int | None = about("Regelversion", "Reglens version, da fristen blev sat.", group="due", ge=1)
    starts_on: Day | None = about("Start", "Første dag.", group="period")
    ends_on: Day | None = about("Slut", "Sidste dag.", group="period")
    weeks: int | None = about("Uger", "Planlagte uger.", ge=0, le=104)
    status: Code | None = about("Status", "Hvor langt det er.", codes="activation_status")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise PydanticCustomError("order:ends_on:starts_on", "ends before it begins")
        return self


class Progression(Record):
    """One observed step, forwards or backwards, in one area."""

    collection: ClassVar[str] = "progression"
    label: ClassVar[str] = "Progression"
    plural: ClassVar[str] = "Progression"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref = about("Borger", "Hvem.", required=True, merge=Merge.APPEND)
    on: Day = about("Dato", "Dagen, det blev vurderet.", required=True)
    area: Code = about("Område", "Fx helbred, bolig eller rusmidler.", required=True, codes="progression_area")
    direction: Literal["progress", "unchanged", "setback"] = about(
        "Retning", "Frem, uændret eller tilbage.", required=True
    )
    score: int | None = about("Trin", "Fra 1, længst fra job, op til skalaens øverste.", ge=1, le=10)
    assessed_by: Literal["staff", "citizen"] | None = about("Vurderet af", "Medarbejderen eller borgeren selv.")
    text: Text | None = about("Bemærkning", "Hvad det bygger på.", multiline=True, personal=True)


class Task(Record):
    """Something staff has promised to do; never left to the citizen."""

    collection: ClassVar[str] = "task"
    label: ClassVar[str] = "Opgave"
    plural: ClassVar[str] = "Opgaver"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref | None = about("Borger", "Hvem det gælder; tom for teamets egne.", merge=Merge.APPEND)
    company_id: Ref | None = about("Virksomhed", "Hvor det gælder.")
    consultant_id: Ref | None = about("Ansvarlig", "Hvem der gør det.")
    title: Line = about("Opgave", "Hvad der skal gøres.", required=True, min_length=1)
    due_on: Day | None = about("Frist", "Dag, det skal være gjort.")
    text: Text | None = about(
        "Bemærkning", "Hvad der skal huskes; en linje for hvert punkt.", multiline=True, personal=True
    )
    done_at: Instant | None = about("Gjort", "Hvornår det blev gjort.")
