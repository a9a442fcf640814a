"""Every Danish sentence can be read in English too, and what is committed is what the program loads."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from fieldtui.base.i18n import set_language, translate
from tests.architecture.tree import ROOT


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "packaging/catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_every_danish_text_has_an_english_one_with_the_same_placeholders(catalogues: ModuleType) -> None:
    assert list(catalogues.faults()) == []


def test_compiled_catalogues_are_in_step_with_their_sources(catalogues: ModuleType) -> None:
    assert list(catalogues.stale()) == []
    assert list(catalogues.orphans()) == []


def test_two_areas_never_translate_one_text_differently(catalogues: ModuleType) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "fieldtui/locale/en").glob("*.po")):
        for message in catalogues.read(path):
            if message.id:
                first = seen.setdefault(message.id, (message.string, path.name))
                assert first[0] == message.string, f"{message.id!r} differs in {first[1]} and {path.name}"


def test_the_program_reads_the_catalogues_that_are_committed(catalogues: ModuleType) -> None:
    danish, english = next(iter(catalogues.translations().items()))
    set_language("en")
    assert translate(danish) == english


def test_a_missing_translation_and_an_f_string_are_found(catalogues: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "locale/en").mkdir(parents=True)
    (tmp_path / "screen.py").write_text('_("Hej {navn}")\n_(f"Farvel {navn}")\nN_("Ukendt")\n', encoding="utf-8")
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (tmp_path / "locale/en/screen.po").write_text(
        f'{header}msgid "Hej {{navn}}"\nmsgstr "Hi {{name}}"\n', encoding="utf-8"
    )
    found = "\n".join(catalogues.faults(tmp_path))
    assert "other names" in found
    assert "no English for 'Ukendt'" in found
    assert "screen.py:2: an f-string" in found
