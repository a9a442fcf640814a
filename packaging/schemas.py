"""Write `schema/` from the code, or say where it has drifted.

    python packaging/schemas.py            write schema/ anew
    python packaging/schemas.py --check    change nothing; fail where a file is missing, other than the code says, or left over

What others build on: JSON Schema of each record, OpenAPI of the central system, SQL of both databases, and the columns of
each exported list.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from fieldtui.base.clock import FixedClock
from fieldtui.base.ids import SeededIds
from fieldtui.central.app import create_app
from fieldtui.central.database import Database
from fieldtui.domain.records import COLLECTIONS, Record, fields_of
from fieldtui.domain.rulebook import file_schema
from fieldtui.export import COLUMNS, FORMATS
from fieldtui.services import unlocking

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schema"
_PASSPHRASE = "skema tegner tabeller uden indhold"
_FORMATS = {"date": "dd-mm-åååå", "week": "ISO 8601", "time": "HH:MM", "text": None}
_CSV = {"delimiter": ";", "encoding": "utf-8-sig", "lineTerminator": "\r\n", "quoteAll": True}
_TYPES = {"date": "string", "week": "integer", "time": "string", "text": "string"}


def files() -> Iterator[tuple[str, str]]:
    """Every file's path below `schema/` and its text."""
    for name, model in COLLECTIONS.items():
        yield f"records/{name}.json", document(record_schema(name, model))
    yield "rules.json", document(rules_schema())
    yield "openapi.json", document(openapi())
    yield "vault.sql", vault_sql()
    yield "central.sql", central_sql()
    for profile in COLUMNS:
        yield f"exports/{profile}.json", document(table_schema(profile))


def document(value: Any) -> str:
    """JSON as it is committed."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def record_schema(name: str, model: type[Record]) -> dict[str, Any]:
    """JSON Schema of a record's body, with our own words about merging and personal data."""
    schema = model.model_json_schema(by_alias=True, mode="validation", schema_generator=GenerateJsonSchema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fieldtui:record:{name}",
        **schema,
        "title": model.label,
        "x-plural": model.plural,
        "x-scope": model.reach,
        "x-append-only": model.append_only,
        "x-merge-groups": merge_groups(model),
    }


def rules_schema() -> dict[str, Any]:
    """JSON Schema of a rule file: what `fieldtui central rules publish` takes as TOML, and what devices get as JSON."""
    schema = file_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:fieldtui:rules", **schema, "title": "Rule file",
    }  # fmt: skip


def merge_groups(model: type[Record]) -> dict[str, list[str]]:
    """Fields that merge as one value, by the name of their group."""
    groups: dict[str, list[str]] = {}
    for info in fields_of(model).values():
        if info.group is not None:
            groups.setdefault(info.group, []).append(info.name)
    return groups


def openapi() -> dict[str, Any]:
    """The central system's OpenAPI document; no database is asked for it."""
    clock = FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001  a clock takes Copenhagen where no zone is given
    database = Database("postgresql://nobody@localhost/none", clock=clock, ids=SeededIds(0))
    try:
        return create_app(database, public_url="https://central.example").openapi()
    finally:
        database.close()


def vault_sql() -> str:
    """The tables of a vault, read out of one that was just made."""
    clock = FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001  as above
    with tempfile.TemporaryDirectory() as folder:
        secret = unlocking.Secret.of(_PASSPHRASE)
        kdf = unlocking.CHEAPEST
        workspace, _code = unlocking.create(Path(folder) / "data", secret, clock=clock, ids=SeededIds(0), kdf=kdf)
        with workspace, workspace.store.reading() as connection:
            rows = connection.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'search_%' ORDER BY rowid"
            ).fetchall()
    head = "-- The tables in an open vault (SQLCipher 4, raw key). `search` is an FTS5 table; its shadow tables are left out.\n"
    return head + "".join(f"\n{sql};\n" for (sql,) in rows)


def central_sql() -> str:
    """The central system's tables in PostgreSQL's words."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable, SetColumnComment

    from fieldtui.central.schema import METADATA

    dialect: Any = postgresql
    parts: list[Any] = []
    for table in METADATA.sorted_tables:
        parts.append(CreateTable(table))
        parts += [CreateIndex(index) for index in sorted(table.indexes, key=lambda each: str(each.name))]
        parts += [SetColumnComment(column) for column in table.columns if column.comment]
    texts = [f"{str(part.compile(dialect=dialect.dialect())).strip()};\n" for part in parts]
    head = "-- The tables of the central system (PostgreSQL 15 or newer), as its migrations leave them.\n"
    return "\n".join(line.rstrip() for line in "\n".join([head, *texts]).split("\n"))


def table_schema(profile: Any) -> dict[str, Any]:
    """The columns of a list, in order, in the manner of a Frictionless table schema."""
    return {
        "profile": profile,
        "formats": list(FORMATS[profile]),
        **({"csv": _CSV} if "csv" in FORMATS[profile] else {}),
        "fields": [
            {
                "name": column.key,
                "title": column.title,
                "type": _TYPES[column.kind],
                **({"format": _FORMATS[column.kind]} if _FORMATS[column.kind] else {}),
                "description": column.meaning,
            }
            for column in COLUMNS[profile]
        ],
    }


def drift(wanted: dict[str, str]) -> Iterator[str]:
    """One sentence for each file that is not what the code says."""
    for name, text in wanted.items():
        path = SCHEMA / name
        if not path.exists():
            yield f"schema/{name} is missing"
        elif path.read_text("utf-8") != text:
            yield f"schema/{name} is not what the code says"
    for path in sorted(SCHEMA.rglob("*")):
        if path.is_file() and path.relative_to(SCHEMA).as_posix() not in wanted:
            yield f"schema/{path.relative_to(SCHEMA).as_posix()} is nothing the code makes"


def main() -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description="Write schema/ from the code, or check it.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where schema/ has drifted")
    check: bool = parser.parse_args().check
    wanted = dict(files())
    if check:
        found = list(drift(wanted))
        for sentence in found:
            print(sentence)
        print(f"{len(wanted)} schemas, {len(found)} to look at")
        return 1 if found else 0
    for path in sorted(SCHEMA.rglob("*")):
        if path.is_file() and path.relative_to(SCHEMA).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = SCHEMA / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    print(f"{len(wanted)} schemas written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
