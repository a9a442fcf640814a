"""What every `fieldtui central` command shares: the options that name a database, and how it answers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.ids import SystemIds
from fieldtui.base.text import clean, safe_json
from fieldtui.central.database import CONNECTIONS, Database, migrate

Embedded = Annotated[
    Path | None,
    typer.Option("--embedded", metavar="DIR", help=_("Mappe til en PostgreSQL, som fieldtui selv starter.")),
]
Url = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help=_("En PostgreSQL, der kører: postgresql://…"))
]
Name = Annotated[
    str | None, typer.Option("--organisation", metavar="NAVN", help=_("Hvilken organisation, hvor der er flere."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Svar med ét JSON-dokument."))]


@contextlib.contextmanager
def database(embedded: Path | None, url: str | None, *, connections: int = CONNECTIONS) -> Iterator[Database]:
    """The database that the options name, with its tables in order."""
    if (embedded is None) == (url is None):
        raise BadUsage(_("Vælg en database: --embedded MAPPE eller --database-url postgresql://…"))
    with contextlib.ExitStack() as stack:
        if embedded is not None:
            from fieldtui.central.embedded import EmbeddedPostgres

            url = stack.enter_context(EmbeddedPostgres(embedded.expanduser())).url
        if url is None:
            raise BadUsage(_("Vælg en database: --embedded MAPPE eller --database-url postgresql://…"))
        migrate(url)
        opened = Database(url, clock=SystemClock(), ids=SystemIds(), connections=connections)
        stack.callback(opened.close)
        yield opened


def answer(document: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """One JSON document, or lines for a person, on stdout."""
    if as_json:
        print(safe_json(document))
        return
    for line in lines:
        print(clean(line))


def tell(sentence: str) -> None:
    """A sentence for a person, on stderr."""
    print(clean(sentence, multiline=True), file=sys.stderr)


def day(text: str, option: str) -> date:
    """A day that was given as an option.

    Raises:
        BadUsage: It is not an ISO date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUsage(_("{option} skal være en dato som 2026-11-24.").format(option=option)) from None
