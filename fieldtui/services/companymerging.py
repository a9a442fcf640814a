"""Two companies that are one: merged by a pointer, told apart again, or said once and for all to be two (ADR 0025)."""

from __future__ import annotations

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.merging import survivors, to_clear, told_apart
from fieldtui.domain.records import Company
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.store import Change


class CompanyMerging(Editing):
    """Acts on companies that may be written down twice. Nothing that either of them holds is rewritten or lost."""

    def merge_companies(self, keep_id: str, other_id: str) -> Done:
        """Let one company stand for both: the other points to it, and is found and shown under it from now on.

        Args:
            keep_id: Which one stands for both; where it was merged itself, the one that stands for it.
            other_id: Which one goes into it, with everything that was merged into that one before.

        Raises:
            NotFound: No such company.
            BadUsage: They are the same or merged already, one is annulled, or the person's role writes no companies.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("company")
            stands = survivors(self._pointers())
            keep, other = self._company_that_stands(keep_id, stands), self._company_that_stands(other_id, stands)
            if keep.id == other.id:
                raise BadUsage(_("De to er allerede lagt sammen. Intet er ændret."))
            changes: list[Change] = [self._changed(other.id, {"merged_into": keep.id}, Batch())]
            message = _("{other} er lagt sammen med {keep}, der står for begge. Intet er gået tabt.").format(
                other=other.record.name, keep=keep.record.name
            )
            label = _("{other} lagt sammen med {keep}").format(other=other.record.name, keep=keep.record.name)
            return self._write(changes, message, label=label)

    def unmerge_company(self, company_id: str) -> Done:
        """Let a company stand for itself again, with what had been merged into it; also where a colleague merged it.

        Raises:
            NotFound: No such company.
            BadUsage: It was not merged, or the person's role writes no companies.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("company")
            company: Stored[Company] = self._require(company_id, "company")
            cleared = to_clear(company_id, self._pointers())
            if not cleared:
                raise BadUsage(_("Virksomheden er ikke lagt sammen med en anden. Intet er ændret."))
            batch = Batch()
            changes: list[Change] = [self._changed(each, {"merged_into": None}, batch) for each in cleared]
            message = _("{company} står for sig selv igen.").format(company=company.record.name)
            return self._write(changes, message)

    def not_duplicate(self, one_id: str, other_id: str) -> Done:
        """Say that two companies are two: it is shared in the team, and nobody is asked about them again.

        Raises:
            NotFound: No such company.
            BadUsage: They are one and the same or merged, it was said before, or the role writes no companies.
            InvalidRecords: The company cannot hold more such marks.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("company")
            stands = survivors(self._pointers())
            first, second = self._company_that_stands(one_id, stands), self._company_that_stands(other_id, stands)
            if first.id == second.id:
                raise BadUsage(_("De to er lagt sammen. Skil dem ad først. Intet er ændret."))
            marks = {each.id: each.record.not_duplicate_of for each in self._store.all("company")}
            if frozenset((first.id, second.id)) in told_apart(marks, stands):
                raise BadUsage(_("Det er allerede sagt, at de er to forskellige."))
            # On the one with fewer marks: a record holds only so many.
            carrier, other = sorted((first, second), key=lambda each: (len(each.record.not_duplicate_of), each.id))
            told = [*carrier.record.not_duplicate_of, other.id]
            change = self._changed(carrier.id, {"not_duplicate_of": told}, Batch())
            message = _("{one} og {other} er to forskellige. Der bliver ikke spurgt igen.").format(
                one=first.record.name, other=second.record.name
            )
            return self._write([change], message)

    def _pointers(self) -> dict[str, str | None]:
        return {each.id: each.record.merged_into for each in self._store.all("company")}

    def _company_that_stands(self, company_id: str, stands: dict[str, str]) -> Stored[Company]:
        """The company that stands for one that is in use."""
        self._require(company_id, "company")
        if company_id not in stands:
            raise BadUsage(_("Virksomheden er annulleret. Intet er ændret."))
        stored: Stored[Company] = self._require(stands[company_id], "company")
        return stored
