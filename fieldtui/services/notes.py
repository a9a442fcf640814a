"""Notes: written once, in one's own name; a correction is an addendum."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Consent
from fieldtui.services.consents import ConsentState, state_of, strongest
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.services.lawful import CONSENT


@dataclass(frozen=True, slots=True)
class Share:
    """What is told about a citizen, to whom and by what right (FVL § 28, SUL § 43)."""

    shared_with: str
    """Who gets it, by name or unit."""
    legal_basis: str | None = None
    """A code of the list `legal_basis`; the citizen's consent where it is not given."""
    basis_reference: str | None = None
    """Which law, where the basis is one."""
    shared_what: str | None = None
    """Kinds of information, in words."""
    shared_with_id: str | None = None
    """The member of staff or partner, where the recipient is one of them."""


class NoteWriting(Editing):
    """What is done with notes."""

    def write_note(
        self,
        citizen_id: str,
        text: str,
        *,
        kind: str = "notat",
        appointment_id: str | None = None,
        addendum_to: str | None = None,
        confidential: bool = False,
    ) -> Done:
        """Write a note in a citizen's file.

        Args:
            citizen_id: Whom it is about.
            text: What it says; it cannot be changed afterwards.
            kind: A code of the list `note_kind`.
            appointment_id: The meeting it is minutes of.
            addendum_to: The note it corrects or adds to; may be a colleague's. To a confidential one it is confidential too.
            confidential: For the citizen's own consultant and oneself only; out of search and exports.

        Raises:
            NotFound: No such citizen.
            InvalidRecords: No text, or something it refers to is not there.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        values = {
            "citizen_id": citizen_id,
            "text": text,
            "kind": kind,
            "appointment_id": appointment_id,
            "confidential": confidential or None,
        }
        return self._write_note("note", values, addendum_to)

    def write_bridging_note(
        self,
        citizen_id: str,
        text: str,
        *,
        referral_id: str | None = None,
        legal_basis: str | None = None,
        addendum_to: str | None = None,
    ) -> Done:
        """Write a note about bridging to treatment.

        Without a stated basis a valid consent is the basis; is there none, the note is stored and the answer warns
        that nothing may be shared yet.

        Raises:
            NotFound: No such citizen.
            InvalidRecords: No text, or something it refers to is not there.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        warnings: tuple[str, ...] = ()
        if legal_basis is None:
            state = self._consent_state(citizen_id)
            if state in {ConsentState.VALID, ConsentState.EXPIRES_SOON}:
                legal_basis = "samtykke"
            else:
                warnings = (
                    _("Der er ikke et gyldigt samtykke. Notatet er gemt; del det ikke, før der er et grundlag."),
                )
        values = {"citizen_id": citizen_id, "text": text, "referral_id": referral_id, "legal_basis": legal_basis}
        return self._write_note("bridging_note", values, addendum_to, warnings)

    def share(self, citizen_id: str, text: str, share: Share, *, referral_id: str | None = None) -> Done:
        """Write down something about a citizen that is told to somebody, with the basis for it.

        Raises:
            NotFound: No such citizen.
            InvalidRecords: No text, no recipient, no basis, a law without its paragraph, or no valid consent to share on.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        values = {"citizen_id": citizen_id, "text": text, "referral_id": referral_id, **asdict(share)}
        values["legal_basis"] = share.legal_basis or CONSENT
        return self._write_note("bridging_note", values, None)

    def _write_note(
        self, collection: str, values: dict[str, Any], addendum_to: str | None, warnings: tuple[str, ...] = ()
    ) -> Done:
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write(collection)
            citizen = self._citizen(values["citizen_id"])
            put = self._new(collection, {**values, "addendum_to": addendum_to}, Batch())
            what = _("Brobygningsnotat") if collection == "bridging_note" else _("Notat")
            message = _("{what} om {who} er gemt.").format(what=what, who=citizen.record.short_name)
            label = _("{what} om {who}").format(what=what, who=citizen.record.short_name)
            return self._write([put], message, label=label, warnings=warnings)

    def _consent_state(self, citizen_id: str) -> ConsentState:
        consents: tuple[Stored[Consent], ...] = self._store.all("consent", scope=f"citizen:{citizen_id}")
        return state_of(strongest(consents, self._context.today), self._context.rules, self._context.today)
