"""Job retention: of those who began a job, who is in work so many weeks later (domain.md §1.3, 18: “bibeholde”)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from fieldtui.base.i18n import _
from fieldtui.domain.figures import Figure, Period, share
from fieldtui.domain.followalong import COMPETITIVE, NEVER_BEGAN
from fieldtui.domain.outcomes import Records, runs
from fieldtui.domain.records import Placement
from fieldtui.domain.rulebook import RuleBook

RULE: Final = "job.kept_weeks"
_WEEKS: Final = (13.0, 26.0, 52.0)


def job_retention(records: Records, period: Period, rules: RuleBook) -> tuple[Figure, ...]:
    """A share for each number of weeks in the rule `job.kept_weeks`: in an ordinary job so long after one began.

    A job counts in the period in which the weeks are over, so that each is asked about once. Whether it is the same job does not
    matter: a change of job is no loss. One that was annulled never began; one whose weeks are not over counts as left out.

    Args:
        records: What is counted.
        period: First and last day.
        rules: The rules.
    """
    return tuple(_retention(records, period, rules))


def _retention(records: Records, period: Period, rules: RuleBook) -> Iterator[Figure]:
    rule = rules.on(RULE, period.last)
    jobs = jobs_of(records)
    for number in rule.params.get("values", _WEEKS) if rule else _WEEKS:
        weeks = int(number)
        asked = [each for each in jobs if each.starts_on + timedelta(weeks=weeks) in period]
        kept = sum(in_work(jobs, each, weeks) for each in asked)
        waiting = sum(each.starts_on <= period.last < each.starts_on + timedelta(weeks=weeks) for each in jobs)
        yield share(
            f"job_{weeks}", _("I job efter {weeks} uger").format(weeks=weeks), kept, len(asked),
            _("I ordinært job eller småjob {weeks} uger efter, at et job begyndte, af de job, hvis {weeks} uger er gået i "
              "perioden. Det kan være et andet job.").format(weeks=weeks),
            excluded=waiting, rules=(RULE,) if rule else (),
        )  # fmt: skip


def jobs_of(records: Records) -> list[Placement]:
    """Ordinary jobs that began."""
    return [each for each in records.placements if each.kind in COMPETITIVE and each.end_reason != NEVER_BEGAN]


def in_work(jobs: list[Placement], begun: Placement, weeks: int) -> bool:
    """True where the one whose job began is in one of the jobs so many weeks later."""
    day = begun.starts_on + timedelta(weeks=weeks)
    return any(each.citizen_id == begun.citizen_id and runs(each, day) for each in jobs)
