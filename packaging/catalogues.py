"""Compile the catalogues, and find Danish texts that have no English yet.

    python packaging/catalogues.py            compile every .po to its .mo, then report
    python packaging/catalogues.py --check    change nothing; fail where a .mo is stale or a text is untranslated

The Danish text in the code is the message id (docs/adr/0003). Each area of the package has a catalogue of its own in
`fieldtui/locale/en/`; all of them are one space of messages when the program runs.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "fieldtui"
# `about` opens with the label of a record's field.
KEYWORDS: Mapping[str, None] = {"_": None, "N_": None, "translate": None, "mark": None, "about": None}
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_INTERPOLATED = re.compile(r"\b(?:N_|_)\(\s*f[\"']")


@dataclass(frozen=True, slots=True)
class Source:
    """A Danish text and the first place it stands."""

    text: str
    file: str
    line: int


def sources(package: Path = PACKAGE) -> Iterator[Source]:
    """Every text marked for translation, once, in the order of the files."""
    seen: set[str] = set()
    found = extract_from_dir(package, method_map=[("**.py", "python")], keywords=dict(KEYWORDS))
    for file, line, message, _comments, _context in sorted(found, key=lambda item: (item[0], item[1])):
        text = message if isinstance(message, str) else message[0]
        if text and text not in seen:
            seen.add(text)
            yield Source(text, file, line)


def interpolated(package: Path = PACKAGE) -> Iterator[str]:
    """Places where an f-string stands inside `_()`; no catalogue can ever find such a text."""
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for match in _INTERPOLATED.finditer(text):
            yield f"{path.relative_to(package)}:{text.count(chr(10), 0, match.start()) + 1}"


def read(path: Path) -> Catalog:
    """One catalogue as it stands on the disk."""
    with path.open("rb") as stream:
        return read_po(stream, locale="en", abort_invalid=True)


def compiled(catalogue: Catalog) -> bytes:
    """The bytes of the .mo; equal texts give equal bytes, whatever dates stand in the .po."""
    built = Catalog(locale="en", project="fieldtui", version="1", creation_date=_EPOCH, revision_date=_EPOCH)
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            built.add(message.id, message.string)
    stream = io.BytesIO()
    write_mo(stream, built)
    return stream.getvalue()


def translations(package: Path = PACKAGE) -> dict[str, str]:
    """English by Danish, over all areas; fuzzy and empty entries count as missing."""
    result: dict[str, str] = {}
    for path in sorted((package / "locale" / "en").glob("*.po")):
        for message in read(path):
            if message.id and message.string and not message.fuzzy:
                result[str(message.id)] = str(message.string)
    return result


def placeholders(text: str) -> set[str]:
    """Names that `.format` will look for in a text."""
    try:
        return {name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def faults(package: Path = PACKAGE) -> Iterator[str]:
    """What is wrong with the texts, one sentence each."""
    english = translations(package)
    for source in sources(package):
        place = f"{source.file}:{source.line}"
        if source.text not in english:
            yield f"{place}: no English for {source.text!r}"
        elif placeholders(source.text) != placeholders(english[source.text]):
            yield f"{place}: the English text fills in other names than {source.text!r}"
    for place in interpolated(package):
        yield f"{place}: an f-string inside _() is never translated; use .format after it"


def stale(package: Path = PACKAGE) -> Iterator[Path]:
    """Catalogues whose .mo is missing or not what the .po compiles to."""
    for path in sorted((package / "locale").rglob("*.po")):
        built = path.with_suffix(".mo")
        if not built.exists() or built.read_bytes() != compiled(read(path)):
            yield path


def orphans(package: Path = PACKAGE) -> Iterator[Path]:
    """Compiled catalogues without a source."""
    for path in sorted((package / "locale").rglob("*.mo")):
        if not path.with_suffix(".po").exists():
            yield path


def main() -> int:
    """Compile or check, and say what is left to do."""
    parser = argparse.ArgumentParser(description="Compile the catalogues and check them.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where something is stale or missing")
    check: bool = parser.parse_args().check
    old = list(stale())
    if not check:
        for path in old:
            path.with_suffix(".mo").write_bytes(compiled(read(path)))
            print(f"compiled {path.with_suffix('.mo').relative_to(ROOT)}")
    complaints = [f"{path.relative_to(ROOT)}: compile it with make catalogues" for path in old if check]
    complaints += [f"{path.relative_to(ROOT)}: has no .po beside it" for path in orphans()]
    complaints += list(faults())
    for complaint in complaints:
        print(complaint)
    print(f"{len(translations())} texts in English, {len(complaints)} to look at")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
