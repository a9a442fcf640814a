"""A rule file looked at before anybody has it: what is wrong with it, and what it would change.

Nothing is written. The office sees the same deadlines as the devices, as they count them with the same functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fieldtui.base.i18n import N_, _
from fieldtui.central.database import Database
from fieldtui.central.rulesets import with_next
from fieldtui.central.team import code_of, files
from fieldtui.domain.calendar import written
from fieldtui.domain.casefiles import cases_of
from fieldtui.domain.rulebook import builtin
from fieldtui.domain.rulechanges import Comparison, DeadlineChange, RuleChange, compared
from fieldtui.domain.rulesets import RuleSet, combined, document_of

_CHANGES: Final = {
    "new": N_("ny regel"),
    "version": N_("ny version"),
    "confirmed": N_("bekræftes"),
    "wording": N_("ny bemærkning"),
}
_MOVES: Final = {
    "moved": N_("flyttes"),
    "new": N_("kommer til"),
    "gone": N_("falder væk"),
    "confirmed": N_("bekræftes"),
}


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """What a rule file would change, were it published now."""

    file: str
    day: date
    """The day on which deadlines were looked at."""
    found: Comparison
    citizens: int | None
    """How many citizens' files were looked at; `None` where there was no database to look into."""
    names: dict[str, str]
    """Call codes by citizen."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": self.file,
            "date": self.day.isoformat(),
            "rules": [
                {
                    "id": each.rule.id, "version": each.rule.version, "programme": each.rule.programme, "change": each.kind,
                    "valid_from": each.rule.valid_from.isoformat(),
                    "valid_to": each.rule.valid_to.isoformat() if each.rule.valid_to else None,
                    "confirmed": each.rule.confirmed, "nearest": each.nearest,
                }
                for each in self.found.rules
            ],
            "codes": [f"{name}.{code}" for name, code in self.found.codes],
            "programmes": list(self.found.programmes),
            "citizens": self.citizens,
            "deadlines": {
                "unchanged": self.found.unchanged,
                "changed": [
                    {
                        "citizen_id": each.shown.citizen_id, "call_code": self.names[each.shown.citizen_id],
                        "what": each.shown.what, "rule_id": each.shown.rule_id, "change": each.kind,
                        "from": each.before.due_on.isoformat() if each.before else None,
                        "to": each.after.due_on.isoformat() if each.after else None,
                    }
                    for each in self.found.deadlines
                ],
            },
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{file} kan bruges. Intet er udgivet.").format(file=self.file)
        if not (self.found.rules or self.found.codes or self.found.programmes):
            yield _("Den siger det samme som de regler, der gælder.")
        for rule in self.found.rules:
            yield from _rule_lines(rule)
        if self.found.codes:
            yield _("Koder, der er nye eller ændret: {codes}").format(
                codes=", ".join(f"{name}.{code}" for name, code in self.found.codes)
            )
        if self.found.programmes:
            yield _("Programmer, der er nye eller ændret: {ids}").format(ids=", ".join(self.found.programmes))
        yield from self._deadline_lines()

    def _deadline_lines(self) -> Iterator[str]:
        if self.citizens is None:
            yield _("Der er ikke set på borgernes frister: vælg en database med --embedded eller --database-url.")
            return
        count = Counter(each.kind for each in self.found.deadlines)
        yield _("Frister den {day} for {citizens} borgere: {unchanged} er uændrede, {changed} ændres.").format(
            day=written(self.day), citizens=self.citizens, unchanged=self.found.unchanged, changed=count.total()
        )
        for each in self.found.deadlines:
            yield f"  {self.names[each.shown.citizen_id]}  {_(_MOVES[each.kind])}  {each.shown.what}  {_days(each)}"


def checked(
    db: Database | None,
    text: str,
    file: str,
    name: str,
    *,
    on: date,
    begins: date | None = None,
    organisation_name: str | None = None,
) -> RuleCheck:
    """Look at a rule file.

    Args:
        db: The central database; without one the file is held against fieldtui's own rules alone, and no citizen is looked at.
        text: TOML.
        file: The file's name, for messages.
        name: The set it would be published as.
        on: The day on which deadlines are looked at.
        begins: The day from which rules count that do not say so themselves.
        organisation_name: The organisation, where there are several.

    Raises:
        BadFile: The file says something no rule can say, or something else of a rule that is known.
        BadUsage: The name cannot be used.
    """
    document = document_of(text, file, begins=begins)
    if db is None:
        after = combined(builtin(), [RuleSet(name, 1, document)])
        return RuleCheck(file, on, compared(builtin(), after, (), on), None, {})
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation_name).id
        before, after = with_next(connection, org_id, name, document)
        cases = cases_of([each for each in files(connection, org_id) if each.scope != "team"])
        names = {case.id: code_of(case.citizen) for case in cases}
        return RuleCheck(file, on, compared(before, after, cases, on), len(cases), names)


def _rule_lines(change: RuleChange) -> Iterator[str]:
    rule = change.rule
    period = _("fra {first}").format(first=written(rule.valid_from))
    if rule.valid_to is not None:
        period = _("{first} til {last}").format(first=written(rule.valid_from), last=written(rule.valid_to))
    own = f" ({rule.programme})" if rule.programme else ""
    mark = "" if rule.confirmed else " · " + _("ikke bekræftet")
    yield f"  {rule.id} {rule.version}{own}  {_(_CHANGES[change.kind])}  {period}  {_(rule.label)}{mark}"
    if change.nearest:
        yield "    " + _("Ingen regel hedder {id} i dag. Mente du {nearest}?").format(
            id=rule.id, nearest=change.nearest
        )


def _days(change: DeadlineChange) -> str:
    before = written(change.before.due_on) if change.before else ""
    after = written(change.after.due_on) if change.after else ""
    return f"{before} → {after}" if change.kind == "moved" else after or before
