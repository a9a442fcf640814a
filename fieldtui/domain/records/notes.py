"""Notes: written once, never edited; a correction is an addendum (OFL §§ 13, 15)."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from fieldtui.domain.records.base import Code, Instant, Line, Merge, Record, Ref, Scope, Text, about

LAW: Final = "lov"
"""The code of `legal_basis` that needs to say which law."""


class Note(Record):
    """A note in the citizen's file."""

    collection: ClassVar[str] = "note"
    label: ClassVar[str] = "Notat"
    plural: ClassVar[str] = "Notater"
    reach: ClassVar[Scope] = "citizen"
    append_only: ClassVar[bool] = True

    citizen_id: Ref = about("Borger", "Hvem notatet handler om.", required=True, merge=Merge.APPEND)
    kind: Code = about("Type", "Hvad notatet er.", default="notat", codes="note_kind", merge=Merge.APPEND)
    text: Text = about("Tekst", "Kun det nødvendige. Helbred hører til i brobygning.", required=True, min_length=1,
                       merge=Merge.APPEND, personal=True, multiline=True)  # fmt: skip
    written_at: Instant = about("Skrevet", "Hvornår notatet blev skrevet.", required=True, merge=Merge.APPEND)
    author: Ref | None = about(
        "Forfatter", "Konsulenten; sættes af enheden, kontrolleres af kontoret.", merge=Merge.APPEND
    )
    appointment_id: Ref | None = about("Aftale", "Mødet, notatet er referat af.", merge=Merge.APPEND)
    addendum_to: Ref | None = about("Tilføjelse til", "Det notat, som dette retter eller uddyber.", merge=Merge.APPEND)
    confidential: bool | None = about("Fortroligt", "Kun for borgerens egen konsulent; vises med en grund, søges og eksporteres ikke.",
                                      merge=Merge.APPEND)  # fmt: skip
    journalised_at: Instant | None = about("Journaliseret", "Hvornår det blev lagt i kommunens journal.")
    moved_from: Ref | None = about("Flyttet fra", "Det notat, som dette er flyttet fra, fordi det stod hos en forkert borger.",
                                   merge=Merge.APPEND)  # fmt: skip


class BridgingNote(Record):
    """A note about bridging to treatment: logistics and what the citizen agreed may be shared.

    With `shared_with` it is a disclosure: what was told, to whom, when and on which basis (FVL § 28, SUL § 43).
    """

    collection: ClassVar[str] = "bridging_note"
    label: ClassVar[str] = "Brobygningsnotat"
    plural: ClassVar[str] = "Brobygningsnotater"
    reach: ClassVar[Scope] = "citizen"
    append_only: ClassVar[bool] = True

    citizen_id: Ref = about("Borger", "Hvem notatet handler om.", required=True, merge=Merge.APPEND)
    referral_id: Ref | None = about("Henvisning", "Det forløb, notatet hører til.", merge=Merge.APPEND)
    text: Text = about("Tekst", "Praktisk koordinering; behandlingens indhold står i SOF's journal.", required=True, min_length=1,
                       merge=Merge.APPEND, personal=True, multiline=True)  # fmt: skip
    written_at: Instant = about("Skrevet", "Hvornår notatet blev skrevet.", required=True, merge=Merge.APPEND)
    author: Ref | None = about("Forfatter", "Hvem der skrev det.", merge=Merge.APPEND)
    legal_basis: Code | None = about("Grundlag", "Hjemlen for at dele: samtykke, lov, borger til stede, anonym sparring.",
                                     codes="legal_basis", merge=Merge.APPEND)  # fmt: skip
    addendum_to: Ref | None = about("Tilføjelse til", "Det notat, som dette retter eller uddyber.", merge=Merge.APPEND)
    moved_from: Ref | None = about("Flyttet fra", "Det notat, som dette er flyttet fra, fordi det stod hos en forkert borger.",
                                   merge=Merge.APPEND)  # fmt: skip
    basis_reference: Line | None = about("Bestemmelse", "Når grundlaget er en lov: hvilken, fx SUL § 43, stk. 2.",
                                         merge=Merge.APPEND)  # fmt: skip
    consent_id: Ref | None = about("Samtykket", "Det samtykke, der blev delt efter.", merge=Merge.APPEND)
    shared_with: Line | None = about("Delt med", "Hvem der fik oplysningerne; tom, hvor intet er delt.", min_length=1,
                                     merge=Merge.APPEND)  # fmt: skip
    shared_with_id: Ref | None = about("Delt med, id", "Samarbejdspartner eller medarbejder, når modtageren er en af dem.",
                                       merge=Merge.APPEND)  # fmt: skip
    shared_what: Line | None = about("Hvad blev delt", "Slags oplysninger, fx fremmøde og mødetider.", merge=Merge.APPEND,
                                     personal=True)  # fmt: skip
    shared_at: Instant | None = about("Delt", "Hvornår det blev delt.", merge=Merge.APPEND)
    share_stopped_at: Instant | None = about(
        "Deling standset", "Samtykket blev trukket tilbage, før det var sendt: modtageren får det ikke."
    )

    @model_validator(mode="after")
    def _says_why_it_was_shared(self) -> Self:
        if self.shared_with is not None and self.legal_basis is None:
            raise PydanticCustomError("basis:legal_basis", "shared without a basis")
        if self.shared_with is not None and self.legal_basis == LAW and not self.basis_reference:
            raise PydanticCustomError("paragraph:basis_reference", "a law without its paragraph")
        return self
