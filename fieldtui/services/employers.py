"""Contacts with employers, and what staff has promised to do."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.domain.calendar import written_short
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.services.employercalls import before_calling
from fieldtui.store import Change


class Employers(Editing):
    """What is done at companies."""

    def log_employer_contact(
        self,
        company_id: str,
        mode: Literal["visit", "phone", "mail"],
        on: date,
        *,
        text: str | None = None,
        face_to_face: bool | None = None,
        citizen_id: str | None = None,
        next_step_on: date | None = None,
    ) -> Done:
        """Store a contact with an employer; with a citizen also a job lead, in the citizen's own scope.

        Args:
            company_id: Whom.
            mode: How.
            on: The day.
            text: What happened; shared in the team, so the answer warns where it names a citizen, and where the company
                rests or a colleague was in contact with it shortly before.
            face_to_face: Counts in the IPS measure; a visit does unless it is said not to.
            citizen_id: For whom; stands only in the job lead.
            next_step_on: When to follow up; without a citizen it becomes a task of one's own.

        Raises:
            NotFound: No such company or citizen.
            InvalidRecords: Values that break the model.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored, neither contact nor lead.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("employer_contact")
            company = self._require(company_id, "company")
            told = before_calling(self._context, company_id, on)
            batch = Batch()
            contact = self._new(
                "employer_contact",
                {
                    "company_id": company_id,
                    "on": on.isoformat(),
                    "mode": mode,
                    "face_to_face": mode == "visit" if face_to_face is None else face_to_face,
                    "text": text,
                },
                batch,
            )
            changes: list[Change] = [contact]
            follow_up = next_step_on.isoformat() if next_step_on else None
            if citizen_id is not None:
                self._citizen(citizen_id)
                lead = {
                    "citizen_id": citizen_id,
                    "company_id": company_id,
                    "employer_contact_id": contact.id,
                    "on": on.isoformat(),
                    "state": "meeting" if mode == "visit" else "contacted",
                    "next_step_on": follow_up,
                }
                changes.append(self._new("job_lead", lead, batch))
            elif follow_up is not None:
                title = _("Følg op hos {company}").format(company=company.record.name)
                changes.append(
                    self._new("task", {"company_id": company_id, "title": title[:200], "due_on": follow_up}, batch)
                )
            message = _("Kontakt med {company} er gemt.").format(company=company.record.name)
            if next_step_on is not None:
                message += " " + _("Næste skridt {day}.").format(day=written_short(next_step_on))
            label = _("Kontakt med {company}").format(company=company.record.name)
            return self._write(changes, message, label=label, warnings=(*told, *self._names_in(text)))

    def add_task(
        self,
        title: str,
        *,
        citizen_id: str | None = None,
        company_id: str | None = None,
        due_on: date | None = None,
    ) -> Done:
        """Store something that I have promised to do; where it is at a company, the answer says what to know before calling.

        Raises:
            InvalidRecords: No title, or something it refers to is not there.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        values: dict[str, Any] = {
            "title": title,
            "citizen_id": citizen_id,
            "company_id": company_id,
            "due_on": due_on.isoformat() if due_on else None,
        }
        return self.create("task", values)

    def do_task(self, task_id: str) -> Done:
        """Store that a task is done, now.

        Raises:
            NotFound: No such task.
            BadUsage: It was done before, or is annulled.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            stored = self._require(task_id, "task")
            self._require_may_change(stored)
            if stored.record.done_at is not None:
                raise BadUsage(_("Opgaven er allerede gjort."))
            put = self._changed(task_id, {"done_at": isoformat(self._context.clock.now())}, Batch())
            return self._write([put], _("Gjort: {title}").format(title=stored.record.title))

    def _names_in(self, text: str | None) -> tuple[str, ...]:
        """A warning where a text for the whole team names one of my citizens."""
        words = set(re.findall(r"\w+", fold(text or "")))
        for citizen in self._store.all("citizen"):
            family = fold(citizen.record.family_name or "").split()
            if fold(citizen.record.given_name).split()[0] in words or (family and family[-1] in words):
                return (
                    _("Teksten nævner måske en borger, og hele teamet kan læse den. Annullér den, hvis det er så."),
                )
        return ()
