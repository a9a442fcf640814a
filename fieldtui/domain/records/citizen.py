"""The citizen: who, where, how to reach, what was decided."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from fieldtui.domain.records.base import (
    Code,
    CprNumber,
    CprNumbers,
    Day,
    Line,
    Merge,
    Phone,
    Record,
    Ref,
    Scope,
    Text,
    Words,
    about,
)


class Citizen(Record):
    """A person enrolled in a programme.

    The CPR number is an attribute that may be missing, replaced or corrected, never a key. A citizen
    without a surname, without a number or without an abode is lawful.
    """

    collection: ClassVar[str] = "citizen"
    label: ClassVar[str] = "Borger"
    plural: ClassVar[str] = "Borgere"
    reach: ClassVar[Scope] = "citizen"

    given_name: Line = about(
        "Fornavn", "Fornavn(e), som borgeren skriver det.", required=True, min_length=1, personal=True
    )
    family_name: Line | None = about("Efternavn", "Efternavn; kan mangle.", personal=True)
    call_code: Code | None = about("Kaldekode", "Fire tegn til lister, fx K7Q4; gives af kontoret.")
    cpr: CprNumber | None = about(
        "CPR-nummer", "Ti cifre; kan være et erstatningsnummer (dag + 60) eller mangle.", personal=True
    )
    former_cpr: CprNumbers = about(
        "Tidligere CPR-numre", "Numre, borgeren har haft før, fx et erstatningsnummer.", default=(), merge=Merge.SET,
        personal=True,
    )  # fmt: skip
    phone: Phone | None = about("Telefon", "Borgerens eget nummer.", personal=True)
    address: Line | None = about("Adresse", "Vej og nummer; skjules ved adressebeskyttelse.", personal=True)
    postal_code: Line | None = about("Postnummer", "Fire cifre.", personal=True, max_length=10)
    city: Line | None = about("By", "Postdistrikt.", personal=True)
    address_protected: bool = about(
        "Adressebeskyttet", "Navne- og adressebeskyttelse (CPR-lovens § 28).", default=False, group="protection"
    )
    protected_until: Day | None = about(
        "Beskyttet til", "Sidste dag; skjules stadig, til det er bekræftet, at den er ophørt.", group="protection"
    )
    no_fixed_abode: bool = about("Uden fast bopæl", "Borgeren har ingen fast bopæl.", default=False)
    district: Code | None = about("Bydel", "Hvor borgeren bor; afgør målgruppen.", codes="district")
    moved_on: Day | None = about("Flyttet", "Dag, borgeren flyttede; målgruppen skal så vurderes igen.")
    eligibility_reviewed_on: Day | None = about(
        "Målgruppe vurderet", "Dag, det senest blev vurderet efter en flytning."
    )
    enrolled_on: Day | None = about("Indskrevet", "Første dag i indsatsen.", group="enrolment")
    discharged_on: Day | None = about("Udskrevet", "Dag, indsatsen sluttede.", group="enrolment")
    discharge_reason: Code | None = about(
        "Udskrivningsårsag", "Hvorfor indsatsen sluttede.", codes="discharge_reason", group="enrolment"
    )
    unemployed_since: Day | None = about("Ledig siden", "Første ledighedsdag.")
    visitation_category: Code | None = about(
        "Visitationskategori", "Kommunens visitation, fx aktivitetsparat.", codes="visitation_category"
    )
    benefit: Code | None = about("Ydelse", "Forsørgelsesydelse.", codes="benefit")
    programme: Code | None = about("Indsats", "Programprofil, fx ips-sydhavnen.", codes="programme", group="programme")
    programme_since: Day | None = about("Indsats siden", "Første dag i den indsats.", group="programme")
    programme_reason: Text | None = about(
        "Hvorfor indsatsen blev skiftet", "Begrundelsen, da den senest blev skiftet.", group="programme", personal=True
    )
    course_done: Words = about(
        "Forløbets punkter", "Det af forløbet, der er prøvet eller skrevet ned.", default=(), merge=Merge.SET
    )
    others_involved: Words = about(
        "Også på sagen", "Andre forvaltninger og fagfolk, fx SUF eller hjemløseenheden.", default=(), merge=Merge.SET
    )
    job_goal: Text | None = about("Jobmål", "Det job, borgeren selv ønsker.")
    considerations: Text | None = about(
        "Hensyn", "Det, en arbejdsplads skal tage hensyn til. Ikke helbred.", multiline=True
    )
    weekly_hours_wanted: float | None = about("Ønskede timer", "Timer pr. uge, borgeren ønsker nu.", ge=0, le=60)
    work_places: Words = about(
        "Arbejdssteder", "Byer eller postnumre, borgeren kan rejse til.", default=(), merge=Merge.SET
    )
    available_from: Day | None = about("Kan begynde", "Første dag, borgeren kan begynde.")
    contact_preference: Line | None = about("Kontakt", "Hvordan og hvornår borgeren helst kontaktes.")
    practical_needs: Words = about("Praktiske behov", "Fx tolk eller kørestol.", default=(), merge=Merge.SET)
    merged_into: Ref | None = about("Lagt sammen med", "Borgeren, der står for begge; tom, når denne står for sig.")
    not_duplicate_of: Words = about(
        "Ikke den samme som", "Id'er på borgere, som nogen har sagt, er en anden.", default=(), merge=Merge.SET
    )
    silence_reason: Code | None = about(
        "Stille", "Hvorfor påmindelser er stoppet (død, fængslet, indlagt).", codes="silence_reason", group="silence"
    )
    silence_from: Day | None = about("Stille fra", "Første dag uden påmindelser.", group="silence")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.enrolled_on and self.discharged_on and self.discharged_on < self.enrolled_on:
            raise PydanticCustomError("order:discharged_on:enrolled_on", "discharged before enrolled")
        return self

    @property
    def full_name(self) -> str:
        """`Fornavn Efternavn`."""
        return f"{self.given_name} {self.family_name}" if self.family_name else self.given_name

    @property
    def short_name(self) -> str:
        """First name and the initial of the surname: what lists on a screen show."""
        first = self.given_name.split()[0]
        return f"{first} {self.family_name.split()[-1][0]}." if self.family_name else first
