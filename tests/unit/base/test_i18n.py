"""Languages: every text a thread looks up while the catalogue is being read is in the language in force."""

from __future__ import annotations

import gettext
import threading
from typing import Any

import pytest

from fieldtui.base import i18n


def test_threads_that_ask_while_the_catalogue_is_read_get_english_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = i18n._Catalogue()
    monkeypatch.setattr(i18n, "_CATALOGUE", fresh)
    fresh.language = "en"
    reading = threading.Event()
    goes_on = threading.Event()
    read = gettext.GNUTranslations
    answers: list[str] = []

    def slowly(stream: Any) -> gettext.GNUTranslations:
        catalogue = read(stream)
        if threading.current_thread() is first and not reading.is_set():
            reading.set()
            goes_on.wait(60)
        return catalogue

    monkeypatch.setattr(gettext, "GNUTranslations", slowly)
    first = threading.Thread(target=lambda: answers.append(i18n.translate("Over frist")))
    first.start()
    assert reading.wait(60)
    answers.append(i18n.translate("Over frist"))
    goes_on.set()
    first.join(60)
    assert answers == ["Overdue", "Overdue"]
