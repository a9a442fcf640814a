"""Citizens as people: which programme they are in, who is one and the same, and where they moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.eligibility import misfits
from fieldtui.domain.envelope import Stored
from fieldtui.domain.logged import bare_reason
from fieldtui.domain.merging import to_clear
from fieldtui.domain.milestones import checklist
from fieldtui.domain.problems import nearest
from fieldtui.domain.protection import is_protected
from fieldtui.domain.records import Citizen, fields_of
from fieldtui.domain.samepeople import Likeness, alike
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.services.looking import names_of, said

_OWN: Final = frozenset(
    {
        "call_code", "merged_into", "not_duplicate_of", "former_cpr", "programme_reason", "course_done",
        "eligibility_reviewed_on", "programme_since",
    }
)  # fmt: skip
"""Fields that belong to one card and say nothing of whether two are the same person."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two citizens who may be one."""

    likeness: Likeness
    names: tuple[str, str]
    """Full names, in the order of the ids."""
    mine: bool
    """True where both are this person's, so that they may be merged here."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {
            "ids": [self.likeness.one, self.likeness.other],
            "why": self.likeness.why,
            "reason": self.likeness.reason,
            "mine": self.mine,
        }


class People(Editing):
    """What is done to citizens as people. Each act is stored whole, logged, and can be undone."""

    # --- the programme ------------------------------------------------------------------------

    def set_programme(self, citizen_id: str, programme: str, reason: str, *, since: date | None = None) -> Done:
        """Put a citizen into another programme, with the reason. Who does not fit is told of, and never refused.

        Args:
            citizen_id: Who.
            programme: The profile's id.
            reason: Why; kept with the citizen, and in the access log without names and numbers.
            since: First day in it; today by default.

        Raises:
            NotFound: No such citizen.
            BadUsage: No such programme (the nearest one is suggested), the one the citizen is in, or no reason.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        rules, why = self._context.rules, _reason(reason)
        wanted = clean(programme).strip()
        profile = rules.profile(wanted) if wanted else None
        if profile is None:
            known = tuple(each.id for each in rules.programmes)
            near = nearest(wanted, known)
            hint = _("Mente du {nearest}?").format(nearest=near) if near else ", ".join(known)
            raise BadUsage(_("Indsatsen findes ikke. {hint}").format(hint=hint))
        with self._store.transaction():
            self._store.require_writable()
            stored = self._citizen(citizen_id)
            if stored.record.programme == profile.id:
                raise BadUsage(_("Borgeren er allerede i den indsats. Intet er ændret."))
            first = since or self._context.today
            values = {"programme": profile.id, "programme_since": first.isoformat(), "programme_reason": why}
            put = self._changed(citizen_id, values, Batch())
            self._store.audit("programme", citizen_id, reason=said(why), detail=profile.id)
            message = _("{who}: indsatsen er nu {programme}.").format(
                who=stored.record.short_name, programme=_(profile.label)
            )
            assert isinstance(put.record, Citizen)  # noqa: S101  changed from one just above
            return self._write([put], message, warnings=misfits(put.record, profile, rules, self._context.today))

    def check_off(self, citizen_id: str, point: str, *, done: bool = True) -> Done:
        """Say that a point of the citizen's course is tried or written down, or take it back.

        Raises:
            NotFound: No such citizen.
            BadUsage: The citizen's programme has no such point.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            stored = self._citizen(citizen_id)
            points = {each.name.casefold(): each.name for each in checklist(stored.record, self._context.rules)}
            name = points.get(clean(point).strip().casefold())
            if name is None:
                known = ", ".join(points.values())
                raise BadUsage(
                    _("Forløbet har ikke det punkt. Vælg et af: {known}.").format(known=known)
                    if known
                    else _("Borgerens indsats har ingen punkter at krydse af.")
                )
            kept = {*stored.record.course_done, name} if done else {*stored.record.course_done} - {name}
            put = self._changed(citizen_id, {"course_done": sorted(kept)}, Batch())
            sentence = _("{who}: {point} er krydset af.") if done else _("{who}: {point} er ikke krydset af længere.")
            return self._write([put], sentence.format(who=stored.record.short_name, point=_(name)))

    def review_eligibility(self, citizen_id: str, reason: str) -> Done:
        """Say that the target group was looked at again after a move. The citizen stays in the programme.

        Raises:
            NotFound: No such citizen.
            BadUsage: No reason.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        why = _reason(reason)
        with self._store.transaction():
            self._store.require_writable()
            stored = self._citizen(citizen_id)
            put = self._changed(citizen_id, {"eligibility_reviewed_on": self._context.today.isoformat()}, Batch())
            self._store.audit("eligibility", citizen_id, reason=said(why))
            message = _("{who}: målgruppen er vurderet igen. Sagen fortsætter.").format(who=stored.record.short_name)
            return self._write([put], message)

    # --- who is one and the same --------------------------------------------------------------

    def citizen_duplicates(self) -> tuple[Pair, ...]:
        """Citizens on this device who may be one. That they were compared and shown is written to the access log.

        Raises:
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        citizens = {stored.id: stored.record for stored in self._store.all("citizen")}
        found = alike(citizens, self._store.vault.audit_key)
        mine = self._own_citizens()
        self._context.looking.listed("duplicates", len(found))
        return tuple(
            Pair(
                each,
                (citizens[each.one].full_name, citizens[each.other].full_name),
                {each.one, each.other} <= mine,
            )
            for each in found
        )

    def possible_duplicates(self) -> int:
        """How many pairs somebody should look at; a number only."""
        return len(alike({each.id: each.record for each in self._store.all("citizen")}, self._store.vault.audit_key))

    def merge_citizens(self, keep_id: str, gone_id: str, reason: str) -> Done:
        """Let one card stand for two that are the same citizen. Nothing is rewritten, and it can be taken back.

        The values of the card that is kept stand; where the other one's differ, the answer says in which fields. Where one of
        them is protected, the kept one becomes it.

        Args:
            keep_id: Who stands for both.
            gone_id: The other card.
            reason: Why they are one; in the access log under both.

        Raises:
            NotFound: No such citizen.
            BadUsage: The same one, one already, no reason, or one of them is a colleague's: then it is a hand-over first.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        why = _reason(reason)
        with self._store.transaction():
            self._store.require_writable()
            stands = self._store.stand_ins()
            keep, gone = (self._citizen(stands.get(each, each)) for each in (keep_id, gone_id))
            if keep.id == gone.id:
                raise BadUsage(_("Det er allerede den samme borger. Intet er ændret."))
            self._require_mine(keep, gone)
            batch = Batch()
            changes = [self._changed(gone.id, {"merged_into": keep.id}, batch)]
            if is_protected(gone.record) and not is_protected(keep.record):
                changes.append(self._changed(keep.id, {"address_protected": True}, batch))
            elif is_protected(keep.record) and not is_protected(gone.record):
                changes[0] = self._changed(gone.id, {"address_protected": True}, batch)
            bare = bare_reason(why, (*names_of(keep.record), *names_of(gone.record)))
            for each in (keep, gone):
                self._store.audit("merge", each.id, reason=bare)
            message = _("{gone} og {keep} er nu én borger.").format(
                gone=gone.record.short_name, keep=keep.record.short_name
            )
            return self._write([*changes], message, warnings=_differences(keep.record, gone.record))

    def unmerge_citizen(self, citizen_id: str, reason: str) -> Done:
        """Let a citizen who was merged into another stand alone again, with everything that is theirs.

        Raises:
            NotFound: No such citizen.
            BadUsage: Not merged, no reason, or not this person's.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        why = _reason(reason)
        with self._store.transaction():
            self._store.require_writable()
            stored = self._citizen(citizen_id)
            pointers = {each.id: each.record.merged_into for each in self._store.all("citizen")}
            cleared = to_clear(stored.id, pointers)
            if not cleared:
                raise BadUsage(_("Borgeren står for sig selv. Intet er ændret."))
            self._require_mine(stored, *(self._citizen(each) for each in cleared))
            both = (stored, self._citizen(self._store.stand_ins().get(stored.id, stored.id)))
            bare = bare_reason(why, tuple(name for each in both for name in names_of(each.record)))
            batch = Batch()
            changes = [self._changed(each, {"merged_into": None}, batch) for each in cleared]
            for each in cleared:
                self._store.audit("unmerge", each, reason=bare)
            message = _("{who} står for sig selv igen.").format(who=stored.record.short_name)
            return self._write([*changes], message)

    def not_same_citizen(self, one_id: str, other_id: str) -> Done:
        """Remember that two citizens are two, so that nobody is asked again.

        Raises:
            NotFound: No such citizen.
            BadUsage: The same one, or they are merged.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            one, other = self._citizen(one_id), self._citizen(other_id)
            stands = self._store.stand_ins()
            if stands.get(one.id, one.id) == stands.get(other.id, other.id):
                raise BadUsage(_("Det er den samme borger. Skil dem ad først: fieldtui citizen unmerge"))
            marks = sorted({*one.record.not_duplicate_of, other.id})
            put = self._changed(one.id, {"not_duplicate_of": marks}, Batch())
            message = _("Husket: {one} og {other} er to borgere.").format(
                one=one.record.short_name, other=other.record.short_name
            )
            return self._write([put], message)

    # --- inside -------------------------------------------------------------------------------

    def _own_citizens(self) -> frozenset[str]:
        """The citizens of this device who are its person's own."""
        with self._store.reading() as connection:
            borrowed = {
                row[0] for row in connection.execute("SELECT citizen_id FROM assignment WHERE role != 'primary'")
            }
        return frozenset(stored.id for stored in self._store.all("citizen") if stored.id not in borrowed)

    def _require_mine(self, *stored: Stored[Citizen]) -> None:
        mine = self._own_citizens()
        theirs = next((each for each in stored if each.id not in mine), None)
        if theirs is not None:
            raise BadUsage(
                _("{who} er en kollegas borger. Aftal først, hvem der skal have borgeren, og overdrag den ene: "
                  "fieldtui handover offer. Intet er ændret.").format(who=theirs.record.short_name)
            )  # fmt: skip


def _reason(reason: str) -> str:
    why = clean(reason, multiline=True).strip()
    if not why:
        raise BadUsage(_("Skriv, hvorfor. Grunden skrives i adgangsloggen. Intet er ændret."))
    return why


def _differences(keep: Citizen, gone: Citizen) -> tuple[str, ...]:
    """Which fields of the kept card say something else than the other one, by their labels."""
    labels: Iterable[str] = (
        _(info.label)
        for name, info in fields_of(Citizen).items()
        if name not in _OWN
        and getattr(gone, info.attribute) not in (None, "", (), False)
        and getattr(gone, info.attribute) != getattr(keep, info.attribute)
    )
    found = ", ".join(labels)
    return (
        (_("De to kort siger ikke det samme om: {fields}. Ret det på det kort, der er tilbage.").format(fields=found),)
        if found
        else ()
    )
