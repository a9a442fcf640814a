"""Notes: written once, never edited; a correction is an addendum (OFL §§ 13, 15)."""

from __future__ import annotations

from typing import ClassVar

from fieldtui.domain.records.base import Code, Instant, Merge, Record, Ref, Scope, Text, about


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
    journalised_at: Instant | None = about("Journaliseret", "Hvornår det blev lagt i kommunens journal.")


class BridgingNote(Record):
    """A note about bridging to treatment: logistics and what the citizen agreed may be shared."""

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
