"""Bridging to treatment: referral with its clock, and consent to share."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from fieldtui.domain.records.base import Day, Instant, Line, Merge, Record, Ref, Scope, Text, about


class Referral(Record):
    """A citizen's request for treatment and what became of it.

    The guarantee runs from the citizen's request (SEL § 101, SUL §§ 141, 142), for double diagnosis from
    the region's receipt of the referral (SUL § 82 c).
    """

    collection: ClassVar[str] = "referral"
    label: ClassVar[str] = "Henvisning"
    plural: ClassVar[str] = "Henvisninger"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref = about("Borger", "Hvem der søger behandling.", required=True, merge=Merge.APPEND)
    basis: Literal["SEL101", "SUL141", "SUL142", "SUL82C"] = about(
        "Grundlag", "Loven, behandlingen gives efter.", required=True
    )
    requested_on: Day = about("Henvendelse", "Dag, borgeren bad om behandling.", required=True, group="progress")
    referred_on: Day | None = about("Henvist", "Dag, henvisningen blev sendt.", group="progress")
    received_on: Day | None = about("Modtaget", "Dag, behandlingsstedet modtog henvisningen.", group="progress")
    started_on: Day | None = about("Startet", "Første behandlingsdag.", group="progress")
    ended_on: Day | None = about("Afsluttet", "Sidste behandlingsdag.", group="progress")
    provider: Line | None = about("Behandlingssted", "Hvor behandlingen gives.")
    contact_name: Line | None = about("Kontakt", "Behandler eller visitator.")
    contact_phone: Line | None = about("Kontakts telefon", "Nummer til behandlingsstedet.")
    free_choice: bool = about(
        "Frit valg", "Borgeren har selv valgt et andet sted; fristen kan da overskrides.", default=False
    )
    note: Text | None = about("Aftalt", "Praktiske aftaler; ikke behandlingens indhold.", multiline=True)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        before = "requested_on"
        for name in ("referred_on", "received_on"):
            before = self._no_earlier(name, before)
        before = self._no_earlier("started_on", "requested_on")
        self._no_earlier("ended_on", before)
        return self

    def _no_earlier(self, name: str, before: str) -> str:
        """Refuse a day that lies before the one it follows; the name of the later of the two that is there."""
        value = getattr(self, name)
        if value is None:
            return before
        if value < getattr(self, before):
            raise PydanticCustomError(f"order:{name}:{before}", "dates out of order")
        return name


class Consent(Record):
    """Consent to disclose or collect, for a purpose, until a day (FVL § 28, SUL §§ 43–44)."""

    collection: ClassVar[str] = "consent"
    label: ClassVar[str] = "Samtykke"
    plural: ClassVar[str] = "Samtykker"
    reach: ClassVar[Scope] = "citizen"

    citizen_id: Ref = about("Borger", "Hvem der har givet samtykke.", required=True, merge=Merge.APPEND)
    recipient: Line = about(
        "Modtager",
        "Hvem oplysningerne må deles med, fx behandlerens enhed.",
        required=True,
        min_length=1,
        group="recipient",
    )
    recipient_id: Ref | None = about(
        "Modtagers id", "Samarbejdspartner eller medarbejder, når modtageren er en af dem.", group="recipient"
    )
    direction: Literal["disclose", "collect", "both"] = about(
        "Retning", "Videregive, indhente eller begge dele.", default="both"
    )
    scope: Line | None = about("Omfang", "Hvad der må deles, fx fremmøde og jobplan.")
    covers_health: bool | None = about(
        "Omfatter helbred", "Helbredsoplysninger, også at borgeren er i behandling; uden svar regnes det for et ja."
    )
    form: Literal["written", "oral"] = about("Form", "Skriftligt eller mundtligt.", default="written", group="validity")
    given_on: Day = about("Givet", "Dag, samtykket blev givet.", required=True, group="validity")
    expires_on: Day | None = about(
        "Udløber", "Sidste gyldige dag; for helbredsoplysninger højst et år.", group="validity"
    )
    withdrawn_at: Instant | None = about(
        "Tilbagekaldt", "Hvornår borgeren trak det tilbage; virker straks.", group="validity"
    )
    withdrawn_how: Line | None = about("Tilbagekaldt hvordan", "Fx pr. telefon.", group="validity")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.expires_on is not None and self.expires_on < self.given_on:
            raise PydanticCustomError("order:expires_on:given_on", "ends before it begins")
        return self
