"""What every use case stands on: the open store, the clock, the rules and whose device this is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fieldtui.base.clock import Clock, today
from fieldtui.base.errors import NotEnrolled
from fieldtui.domain.case import Case
from fieldtui.domain.merging import survivors
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.looking import Looking
from fieldtui.services.veiling import Veil
from fieldtui.store import MetaKey, Store
from fieldtui.store.rulesets import RuleSets
from fieldtui.wire.messages import Person


class Context:
    """Shared by the services of one workspace."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.looking = Looking(store, clock)
        """Writes down what a person is shown of a citizen."""
        self.veil = Veil(store)
        """Takes out what would tell where a protected citizen is."""
        self._cases: tuple[tuple[int, int], tuple[Case, ...]] | None = None
        self._rules: tuple[tuple[object, ...], RuleBook] | None = None
        self._companies: tuple[tuple[int, int], Mapping[str, str]] | None = None

    @property
    def rules(self) -> RuleBook:
        """The dated rules: those that came with this version, and on top of them those that the municipality published."""
        if self._rules is None:
            sets = RuleSets(self.store)
            self._rules = sets.here(), sets.book()
        return self._rules[1]

    def look_for_rules(self) -> None:
        """Take new rule sets into use, where a sync of this or another process brought some."""
        if self._rules is not None and self._rules[0] != RuleSets(self.store).here():
            self._rules = None

    @property
    def today(self) -> date:
        """The day in Copenhagen."""
        return today(self.clock)

    @property
    def consultant(self) -> Person | None:
        """Whose device this is; `None` before enrolment."""
        text = self.store.meta(MetaKey.CONSULTANT)
        return None if text is None else Person.model_validate_json(text)

    @property
    def me(self) -> Person:
        """Whose device this is.

        Raises:
            NotEnrolled: Nobody's yet.
        """
        consultant = self.consultant
        if consultant is None:
            raise NotEnrolled
        return consultant

    def cases(self) -> tuple[Case, ...]:
        """Every citizen's file; put together anew only when the database changed."""
        version = self.store.version()
        if self._cases is None or self._cases[0] != version:
            self.look_for_rules()
            self._cases = version, self.store.cases()
        return self._cases[1]

    def companies(self) -> Mapping[str, str]:
        """For every company in use the id of the one that stands for it: itself, unless it was merged into another."""
        version = self.store.version()
        if self._companies is None or self._companies[0] != version:
            pointers = {each.id: each.record.merged_into for each in self.store.all("company")}
            self._companies = version, survivors(pointers)
        return self._companies[1]

    @property
    def people(self) -> tuple[Person, ...]:
        """The organisation's staff by initials, with the device's own consultant in any case."""
        with self.store.reading() as connection:
            rows = connection.execute(
                "SELECT id, initials, name, role, unit FROM person ORDER BY initials, id"
            ).fetchall()
        found = {row[0]: Person(id=row[0], initials=row[1], name=row[2], role=row[3], unit=row[4]) for row in rows}
        consultant = self.consultant
        if consultant is not None:
            found.setdefault(consultant.id, consultant)
        return tuple(found.values())
