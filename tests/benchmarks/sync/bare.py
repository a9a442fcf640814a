"""The limit of the central system: the statements it was seen sending for a push and a pull, from a bare psycopg loop."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.types.json import Json, Jsonb
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql import JSONB

from fieldtui.base.ids import SystemIds
from fieldtui.central import ledger, pushing
from fieldtui.central.database import Database

HIGH: Final = 1_000_000_000
"""The sequence number that the seen transactions begin at: far from every other number, so that it is known again."""
_REACH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it was sent; a COPY where it has rows."""

    sql: str
    parameters: Any = None
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """Whose ids stand in the statements."""

    device: str
    consultant: str
    citizen: str


@dataclass(slots=True)
class Seen:
    """What one push and one pull did to the database, a list of statements a transaction."""

    transactions: list[list[Statement]] = field(default_factory=list)
    party: Party | None = None
    fresh: tuple[str, ...] = ()
    """Ids that must be other ones each time: of the record and of the operation."""
    device_seq: tuple[int, ...] = ()


@contextlib.contextmanager
def watched(database: Database, seen: Seen) -> Iterator[None]:
    """Write down every transaction of a database as it is sent."""
    engine = database._engine

    def begun(_connection: Any) -> None:
        seen.transactions.append([])

    def sent(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        given = [_plain(each) for each in parameters] if many else [_plain(parameters)]
        seen.transactions[-1].extend(Statement(statement, each) for each in given)

    def copying(real: Callable[..., None]) -> Callable[..., None]:
        def copy(connection: Any, table: Any, rows: Any, texts: Any) -> None:
            if rows:
                names = tuple(rows[0])
                said = sql.SQL("COPY {} ({}) FROM STDIN").format(
                    sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
                )
                values = tuple(
                    tuple(
                        texts.of(each[name])
                        if isinstance(table.c[name].type, JSONB) and each[name] is not None
                        else each[name]
                        for name in names
                    )
                    for each in rows
                )
                seen.transactions[-1].append(Statement(said.as_string(), None, values))
            real(connection, table, rows, texts)

        return copy

    real = vars(ledger)["copy_rows"]
    event.listen(engine, "begin", begun)
    event.listen(engine, "before_cursor_execute", sent)
    for module in (ledger, pushing):
        vars(module)["copy_rows"] = copying(real)
    try:
        yield
    finally:
        for module in (ledger, pushing):
            vars(module)["copy_rows"] = real
        event.remove(engine, "begin", begun)
        event.remove(engine, "before_cursor_execute", sent)


def raise_sequence(database: Database) -> None:
    """Let the organisation's numbers go on from `HIGH`."""
    with database.transaction() as connection:
        connection.execute(text("UPDATE organisation SET seq = :high"), {"high": HIGH})


def bare_rate(url: str, seen: Seen, parties: list[Party], processes: int, times: int) -> float:
    """Requests a second of a loop that sends nothing but these statements.

    Args:
        url: The database.
        seen: One push and one pull.
        parties: Who takes the place of who was seen, in turn; each process has its own.
        processes: How many loops at once.
        times: Pushes (and as many pulls) of all processes together.
    """
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(processes + 1), context.Queue()
    workers = [
        context.Process(target=_loop, args=(url, seen, parties[n::processes], times // processes, barrier, results))
        for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    barrier.wait(120)
    began = time.perf_counter()
    done: int = sum(results.get(timeout=600) for _worker in workers)
    seconds = time.perf_counter() - began
    for worker in workers:
        worker.join(60)
    return 2 * done / seconds


def _loop(url: str, seen: Seen, parties: list[Party], times: int, barrier: Barrier, results: Queue[int]) -> None:
    ids = SystemIds()
    made = [_renewed(seen, parties[number % len(parties)], ids) for number in range(times)]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone TO 'UTC'")
        barrier.wait(120)
        for transactions in made:
            for transaction in transactions:
                _send(connection, transaction)
    results.put(times)


def _renewed(seen: Seen, party: Party, ids: SystemIds) -> list[list[Statement]]:
    """The transactions with somebody else's ids, all but the sequence numbers, which only the database knows."""
    assert seen.party is not None
    old = seen.party
    names = {old.device: party.device, old.consultant: party.consultant, old.citizen: party.citizen}
    names |= {each: ids.new() for each in seen.fresh}
    now = time.time_ns() // 1_000

    def text_or_number(value: Any) -> Any:
        if isinstance(value, str):
            for before, after in names.items():
                value = value.replace(before, after)
        elif isinstance(value, int) and value in seen.device_seq:
            return now + seen.device_seq.index(value)
        return value

    return [
        [
            Statement(
                each.sql,
                _walked(each.parameters, text_or_number),
                tuple(tuple(_walked(value, text_or_number) for value in row) for row in each.rows),
            )
            for each in transaction
        ]
        for transaction in seen.transactions
    ]


def _walked(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _walked(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_walked(each, change) for each in value]
    return change(value)


def _send(connection: psycopg.Connection[Any], transaction: list[Statement]) -> None:
    last = HIGH

    def numbered(value: Any) -> Any:
        return last + value - HIGH if isinstance(value, int) and HIGH < value <= HIGH + _REACH else value

    with connection.transaction(), connection.cursor() as cursor:
        for statement in transaction:
            if statement.rows:
                with cursor.copy(statement.sql.encode()) as copy:
                    for row in statement.rows:
                        copy.write_row([numbered(value) for value in row])
                continue
            cursor.execute(statement.sql.encode(), _walked(statement.parameters, numbered))
            if cursor.description is not None:
                rows = cursor.fetchall()
                if "FOR UPDATE" in statement.sql:
                    last = next(each for each in rows[0] if isinstance(each, int))


def _plain(parameters: Any) -> Any:
    """Parameters without what belongs to a connection."""
    if isinstance(parameters, dict):
        return {name: _plain(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return [_plain(value) for value in parameters]
    if isinstance(parameters, Json | Jsonb):
        return json.dumps(parameters.obj)
    return parameters
