"""Documents that tell of files that are not there mislead; so do decisions that the index forgets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, name_of

_DOCUMENTS = [path for path in files() if path.suffix == ".md" and "data" not in path.parts]
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_TOP = frozenset(path.relative_to(ROOT).parts[0] for path in files())


def _named_paths(text: str) -> set[str]:
    """Words in code marks that begin in a folder of ours, or name a file at the top."""
    found = set()
    for code in _CODE.findall(text):
        for word in code.split():
            token = word.rstrip(".,;:")
            if token.partition("/")[0] in _TOP and re.fullmatch(r"[\w.*/-]+", token) and ("/" in token or "." in token):
                found.add(token.rstrip("/"))
    return found


@pytest.mark.parametrize("document", _DOCUMENTS, ids=name_of)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = sorted(name for name in _named_paths(text) if not list(ROOT.glob(name)))
    for link in _LINK.findall(text):
        if "://" not in link and not link.startswith("mailto:") and not (document.parent / link).exists():
            missing.append(link)
    assert missing == []


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        name
        for document in [*_DOCUMENTS, ROOT / ".ci/run"]
        for name in re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= targets


def test_every_decision_stands_in_the_index_under_its_own_number_and_title() -> None:
    folder = ROOT / "docs/adr"
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    index = (folder / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+?) \| (\w+)", index, re.MULTILINE)
    told = []
    for path in records:
        text = path.read_text(encoding="utf-8")
        head = re.match(r"# (\d{4}) (.+)\n\nStatus: (\w+) · \d{4}-\d\d-\d\d", text)
        assert head, f"{path.name} must open with its number, title, status and date"
        assert path.name.startswith(head[1])
        for section in ("Context", "Options", "Decision", "Consequences"):
            assert f"\n## {section}\n" in text, f"{path.name} lacks {section}"
        told.append((head[1], path.name, head[2], head[3]))
    assert rows == told
    assert [number for number, *_ in rows] == [f"{n:04}" for n in range(1, len(rows) + 1)]
