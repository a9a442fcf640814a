"""A published rule that would stop every device, or steer its terminal, is refused before it is published or used."""

from __future__ import annotations

import pytest

from fieldtui.base.errors import BadFile
from fieldtui.domain.rulebook import builtin, read
from fieldtui.domain.rulesets import RuleSet, combined, document_of

RULE = """
[[rule]]
id = "{rule}"
version = {version}
kind = "limit"
level = "local"
label = "{label}"
source = "Kommunen"
valid_from = 2026-01-01
params = {{ {params} }}
"""


def text(rule: str = "outbox.red_days", params: str = "value = 3", *, version: int = 9, label: str = "Rød") -> str:
    return RULE.format(rule=rule, params=params, version=version, label=label)


HOSTILE = {
    "a number that no span of time holds": text(params="value = 1e300"),
    "a count that no calendar holds": text(params="value = 1000000000000000000000000000000"),
    "no end": text(params="value = inf"),
    "no number": text(params="value = nan"),
    "time backwards": text(params="value = -1"),
    "hours without end": text("afbud.late_hours", "hours = 1e300"),
    "hours that are no number": text("afbud.late_hours", "hours = nan"),
    "one of several without end": text("employer_contacts.per_week", "values = [1, inf]"),
    "a version that no database holds": text(version=10**30),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_rule_that_nobody_can_count_with_is_neither_published_nor_used(name: str) -> None:
    with pytest.raises(BadFile):
        document_of(HOSTILE[name], "rules.toml")


def test_a_device_refuses_it_too_whatever_was_published() -> None:
    document = document_of(text(), "rules.toml")
    assert combined(builtin(), [RuleSet("kommunen", 1, document)]).get("outbox.red_days", 9)  # the control
    document["rule"][0]["params"] = {"value": 1e300}
    with pytest.raises(BadFile):
        combined(builtin(), [RuleSet("kommunen", 1, document)])


def test_a_label_cannot_steer_a_terminal() -> None:
    book = read(document_of(text(label="R\\u001b]0;t\\u0007ød\\u202e"), "rules.toml"), "rules.toml")
    assert [rule.label for rule in book.rules] == ["R]0;tød"]
