"""Dated rules and code lists: numbers of law, local norms and programme profiles are data, never code.

A rule counts from `valid_from` to `valid_to` and is chosen by the day that triggers it, so that a change of law never moves an old
deadline. A rule nobody has confirmed is used and said to be unconfirmed. Rules are immutable per id and version (decision 15).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError

from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import _
from fieldtui.base.text import clean, fold
from fieldtui.domain.rule import Benchmark, Code, FidelityItem, Params, Programme, Rule, Strict, Template

FILES: Final = (
    "law.toml",
    "local.toml",
    "codes.toml",
    "meetings.toml",
    "templates.toml",
    "programmes/ips-sydhavnen.toml",
    "programmes/fremskudt-2019.toml",
    "programmes/flere-skal-med-unge.toml",
    "programmes/unge-handicap-16-uger.toml",
    "fidelity/ips-25.toml",
)


class _File(Strict):
    rule: tuple[Rule, ...] = ()
    codes: dict[str, tuple[Code, ...]] = Field(default_factory=dict)
    programme: Programme | None = None
    fidelity: tuple[FidelityItem, ...] = ()
    benchmark: tuple[Benchmark, ...] = ()
    template: tuple[Template, ...] = ()


def _ascii(text: str) -> str:
    """Lower-case ASCII with underscores: the form of codes."""
    return re.sub(r"[^a-z0-9]+", "_", fold(clean(text))).strip("_")


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, code lists and programmes that are known."""

    rules: tuple[Rule, ...]
    lists: Mapping[str, tuple[Code, ...]]
    programmes: tuple[Programme, ...]
    fidelity: tuple[FidelityItem, ...] = ()
    """The items of the fidelity scale, by number."""
    benchmarks: tuple[Benchmark, ...] = ()
    """Numbers of others' to hold figures against."""
    templates: tuple[Template, ...] = ()
    """Headings for notes."""

    def on(self, rule_id: str, day: date, *, programme: str | None = None) -> Rule | None:
        """The newest version in force on the triggering day.

        A programme's own rule goes before one for everyone. Without a programme the usual one counts.
        """
        profile = self.profile(programme)
        own = profile.id if profile else None
        found = [
            rule for rule in self.rules if rule.id == rule_id and rule.programme in {None, own} and rule.in_force(day)
        ]
        return max(found, key=lambda rule: (rule.programme is not None, rule.version), default=None)

    def get(self, rule_id: str, version: int) -> Rule | None:
        """One version, in force or not; what a record with a stored deadline refers to."""
        return next((rule for rule in self.rules if (rule.id, rule.version) == (rule_id, version)), None)

    def value(self, rule_id: str, day: date, default: Any = None) -> Any:
        """The one number of a rule on a day (`value`, `days`, `weeks`, `months` or `hours`), or the default."""
        rule = self.on(rule_id, day)
        if rule is None:
            return default
        return next(
            (rule.params[key] for key in ("value", "days", "weeks", "months", "hours") if key in rule.params), default
        )

    def unconfirmed(self, on: date) -> tuple[Rule, ...]:
        """Rules in force that the municipality has not confirmed."""
        return tuple(rule for rule in self.rules if rule.in_force(on) and not rule.confirmed)

    def expected(self, on: date) -> tuple[Rule, ...]:
        """Rules in force on a day or later that stand on a law nobody has seen passed, and nobody has confirmed."""
        return tuple(
            rule
            for rule in self.rules
            if rule.enabled and rule.expected and not rule.confirmed and (rule.valid_to is None or on <= rule.valid_to)
        )

    def expired(self, on: date) -> tuple[Rule, ...]:
        """The last version of each rule that has run out with none after it."""
        ended = [rule for rule in self.rules if rule.enabled and rule.valid_to is not None and rule.valid_to < on]
        alive = {rule.id for rule in self.rules if rule.enabled and (rule.valid_to is None or rule.valid_to >= on)}
        last: dict[str, Rule] = {}
        for rule in ended:
            if rule.id not in alive and (rule.id not in last or rule.version > last[rule.id].version):
                last[rule.id] = rule
        return tuple(last.values())

    def codes(self, list_name: str, on: date | None = None) -> dict[str, str]:
        """Code → label of a list; with a day only what may be chosen on it. An unknown list is empty.

        The list `programme` holds the programmes.
        """
        if list_name == "programme":
            return {each.id: _(each.label) for each in self.programmes}
        return {each.code: _(each.label) for each in self.lists.get(list_name, ()) if on is None or each.in_force(on)}

    def label(self, list_name: str, code: str) -> str:
        """The label of a code; the raw code where it is unknown, as one from next year may be."""
        return self.codes(list_name).get(code, code)

    def code_of(self, list_name: str, text: str) -> str:
        """The code that people mean by a text: a code or a label in any case and spelling.

        A text that is neither becomes a code of its own, folded to ASCII (`Ønsker ikke` → `oensker_ikke`).
        """
        wanted = _ascii(text)
        for code, label in self.codes(list_name).items():
            if wanted in {_ascii(code), _ascii(label)}:
                return code
        return wanted

    def versions(self) -> dict[str, int]:
        """Newest version of each rule."""
        found: dict[str, int] = {}
        for rule in self.rules:
            found[rule.id] = max(rule.version, found.get(rule.id, 0))
        return found

    def profile(self, name: str | None) -> Programme | None:
        """A programme by its id; without a name the usual one, or the only one there is. `None` where it is unknown."""
        if name is None:
            usual = [each for each in self.programmes if each.usual]
            return next(iter(usual or self.programmes), None) if usual or len(self.programmes) == 1 else None
        return next((each for each in self.programmes if each.id == name), None)


def parse(text: str, file: str) -> RuleBook:
    """Read one rule file.

    Args:
        text: TOML.
        file: Its name, for the message.

    Raises:
        BadFile: It is not TOML (with the line), or it says something no rule can say (with rule id and nearest valid key).
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = text.count("\n", 0, error.pos) + 1 if hasattr(error, "pos") else _line_in(str(error))
        raise BadFile(file, line, _("Det er ikke gyldig TOML.")) from None
    return read(raw, file)


def read(raw: Mapping[str, Any], file: str) -> RuleBook:
    """Read a rule file's values, from TOML or from JSON with days as text; errors as `parse`."""
    try:
        said = _File.model_validate(raw)
    except ValidationError as error:
        raise BadFile(file, None, " ".join(_complaints(error, raw))) from None
    own = said.programme.id if said.programme else None
    rules = tuple(rule.model_copy(update={"programme": own}) if own else rule for rule in said.rule)
    _refuse_repeats(rules, said.codes, file)
    return RuleBook(
        rules, said.codes, (said.programme,) if said.programme else (), said.fidelity, said.benchmark, said.template
    )


def file_schema() -> dict[str, Any]:
    """JSON Schema of a rule file's values."""
    return _File.model_json_schema(by_alias=True)


def _line_in(message: str) -> int | None:
    """Python before 3.14 tells the line only in the message."""
    words = message.split("line ", 1)
    digits = words[1].split(",", 1)[0] if len(words) == 2 else ""
    return int(digits) if digits.isdigit() else None


_MODELS: Final[dict[str, type[BaseModel]]] = {
    "file": _File, "rule": Rule, "params": Params, "codes": Code, "programme": Programme,
    "fidelity": FidelityItem, "benchmark": Benchmark, "template": Template,
}  # fmt: skip


def _complaints(error: ValidationError, raw: Mapping[str, Any]) -> Iterator[str]:
    for each in error.errors(include_url=False, include_input=False):
        place = each["loc"]
        name = clean(str(place[-1]), limit=64) if place else ""
        where = _where(place, raw)
        if each["type"] == "extra_forbidden":
            near = get_close_matches(name, _keys_at(place), n=1)
            hint = _("Mente du {nearest}?").format(nearest=near[0]) if near else _("Fjern den.")
            yield _("{where}: nøglen {key} findes ikke. {hint}").format(where=where, key=name, hint=hint)
        elif each["type"] == "missing":
            yield _("{where}: nøglen {key} mangler.").format(where=where, key=name)
        else:
            yield _("{where}: værdien af {key} kan ikke bruges.").format(where=where, key=name)


def _where(place: tuple[int | str, ...], raw: Mapping[str, Any]) -> str:
    """The id of the rule, code or programme a complaint is about; its place in the file where it has none."""
    entry: Any = raw
    for step in place:
        try:
            entry = entry[step]
        except (KeyError, IndexError, TypeError):
            break
        name = entry.get("id") or entry.get("code") if isinstance(entry, Mapping) else None
        if isinstance(name, str):
            return clean(name, limit=64)
    path = " ".join(str(step + 1 if isinstance(step, int) else step) for step in place[:-1])
    return clean(path, limit=64) or _("filen")


def _keys_at(place: tuple[int | str, ...]) -> list[str]:
    """Keys that may stand where a wrong one stood."""
    model = _MODELS["file" if len(place) == 1 else "params" if "params" in place[:-1] else str(place[0])]
    return [info.alias or name for name, info in model.model_fields.items() if (model, name) != (Rule, "programme")]


def _refuse_repeats(rules: Iterable[Rule], lists: Mapping[str, tuple[Code, ...]], file: str) -> None:
    seen: set[tuple[str, int]] = set()
    for rule in rules:
        if (rule.id, rule.version) in seen:
            reason = _("{rule}: version {version} står to gange.").format(rule=rule.id, version=rule.version)
            raise BadFile(file, None, reason)
        seen.add((rule.id, rule.version))
    for name, codes in lists.items():
        given = [each.code for each in codes]
        twice = next((code for code in given if given.count(code) > 1), None)
        if twice:
            raise BadFile(file, None, _("{list}: koden {code} står to gange.").format(list=name, code=twice))


def merged(books: Iterable[RuleBook]) -> RuleBook:
    """Several files as one book. A later file's code, programme, fidelity item, benchmark or template takes the place of an earlier one of the same name.

    A programme's own rule stands beside the one for everyone, also where both have the same id and version.
    """
    rules: dict[tuple[str, int, str | None], Rule] = {}
    lists: dict[str, dict[str, Code]] = {}
    programmes: dict[str, Programme] = {}
    items: dict[int, FidelityItem] = {}
    benchmarks: dict[tuple[object, ...], Benchmark] = {}
    templates: dict[str, Template] = {}
    for book in books:
        rules |= {(rule.id, rule.version, rule.programme): rule for rule in book.rules}
        programmes |= {each.id: each for each in book.programmes}
        items |= {each.number: each for each in book.fidelity}
        benchmarks |= {(each.figure, each.label, each.first, each.last): each for each in book.benchmarks}
        templates |= {each.id: each for each in book.templates}
        for name, codes in book.lists.items():
            lists.setdefault(name, {}).update((each.code, each) for each in codes)
    return RuleBook(
        tuple(rules.values()),
        {name: tuple(codes.values()) for name, codes in lists.items()},
        tuple(programmes.values()),
        tuple(items[number] for number in sorted(items)),
        tuple(benchmarks.values()),
        tuple(templates.values()),
    )


@cache
def builtin() -> RuleBook:
    """The rules and code lists that came with this fieldtui.

    Raises:
        BadFile: A file of the installation is damaged.
    """
    folder = files("fieldtui").joinpath("rules")
    return merged(parse(folder.joinpath(name).read_text(encoding="utf-8"), name) for name in FILES)
