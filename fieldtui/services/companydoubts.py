"""What is odd about a company's records and stored all the same: written down twice, naming a citizen, called too soon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldtui.base.i18n import _
from fieldtui.domain.duplicates import ground_words, suspicions
from fieldtui.domain.merging import told_apart
from fieldtui.domain.records import Company, Opening, Record, Task
from fieldtui.services.context import Context
from fieldtui.services.employercalls import before_calling
from fieldtui.services.naming import named_in


def company_warnings(context: Context, written: Mapping[str, Record]) -> tuple[str, ...]:
    """Sentences about companies, openings and tasks at a company that were stored as one act; nothing for other records.

    Args:
        context: What the services stand on.
        written: Records by id, as they were stored.
    """
    companies = {each: record for each, record in written.items() if isinstance(record, Company)}
    said = [*_twins(context, companies)] if companies else []
    for record in written.values():
        if isinstance(record, Company):
            said += _naming(context, record.notes)
        elif isinstance(record, Opening):
            said += _naming(context, " ".join(filter(None, (record.title, record.tasks, *record.considerations))))
        elif isinstance(record, Task) and record.company_id is not None and record.done_at is None:
            said += before_calling(context, record.company_id, record.due_on or context.today)
    return tuple(said)


def _twins(context: Context, written: Mapping[str, Company]) -> Iterator[str]:
    """The companies that these perhaps are, and how to say so."""
    stands, every = context.companies(), context.store.all("company")
    records = {each.id: each.record for each in every if stands.get(each.id) == each.id}
    apart = told_apart({each.id: each.record.not_duplicate_of for each in every}, stands)
    text = _("Måske den samme som {name}: {grounds}. d på kortet lægger dem sammen eller siger, at de er to.")
    for found in suspicions(records, apart) if written.keys() & records.keys() else ():
        if found.one in written or found.other in written:
            other = records[found.other if found.one in written else found.one]
            yield text.format(name=other.name, grounds=", ".join(ground_words(found)))


def _naming(context: Context, text: str | None) -> tuple[str, ...]:
    warning = named_in(context, text).warning()
    return (warning,) if warning else ()
