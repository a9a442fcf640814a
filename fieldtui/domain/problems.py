"""What is wrong with the values of a record, as data and as sentences; the values themselves are never carried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default_of
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from fieldtui.base.errors import BadUsage, InvalidRecords, LineProblem
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean, fold
from fieldtui.domain.oddities import warnings_for
from fieldtui.domain.records import COLLECTIONS, Merge, Record, fields_of
from fieldtui.domain.records.base import RESERVED

__all__ = ["FieldProblem", "nearest", "parse_record", "problems_of", "sentence", "warnings_for"]

_LIMITS: Final = ("ge", "gt", "le", "lt", "min_length", "max_length", "first", "last")
_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field."""

    field: str | None
    """Name as on the wire; `None` where the record as a whole is wrong."""
    code: str
    """What is wrong: pydantic's error type or the model's own."""
    params: Mapping[str, Any] = default_of(default_factory=dict)
    """Limits, allowed codes and suggestions; never what was given."""


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that a mistyped one most probably means, or `None` where nothing is near."""
    by_fold = {fold(each): each for each in known}
    found = get_close_matches(fold(name), list(by_fold), n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def problems_of(error: ValidationError) -> tuple[FieldProblem, ...]:
    """The problems that pydantic found, without the input that had them."""
    found: list[FieldProblem] = []
    for each in error.errors(include_url=False, include_input=False, include_context=True):
        code, _colon, subject = each["type"].partition(":")
        subject, _colon, before = subject.partition(":")
        name = subject or (str(each["loc"][0]) if each["loc"] else None)
        context = each.get("ctx", {})
        params: dict[str, Any] = {key: context[key] for key in _LIMITS if key in context}
        if before:
            params["before"] = before
        if "expected" in context:
            params["allowed"] = tuple(re.findall(r"'([^']*)'", str(context["expected"])))
        found.append(FieldProblem(name, code, params))
    return tuple(found)


_SENTENCES: Final[dict[str, str]] = {
    "missing": N_("{label} mangler."),
    "needs": N_("Vælg en borger; kun møder i team, netværk og virksomheder kan være uden."),
    "basis": N_("Skriv, hvad der giver lov til at dele: samtykke, lov, borger_til_stede eller anonym_sparring."),
    "paragraph": N_("Skriv, hvilken bestemmelse loven er, fx SUL § 43, stk. 2."),
    "order": N_("“{label}” ligger før “{before}”. Ret den af de to datoer, der er forkert."),
    "unknown_field": N_("Feltet findes ikke."),
    "unknown_field_near": N_("Feltet findes ikke. Mente du {nearest}?"),
    "reserved": N_("Feltet sættes af fieldtui selv og kan ikke gives."),
    "not_an_object": N_("En post skal være et JSON-objekt med felter."),
    "cpr_length": N_("Et CPR-nummer har ti cifre. Tjek nummeret, eller lad feltet være tomt."),
    "cpr_characters": N_("Et CPR-nummer består af cifre. Tjek nummeret, eller lad feltet være tomt."),
    "cpr_date": N_("De første seks cifre er ikke en dato. Tjek CPR-nummeret, eller lad feltet være tomt."),
    "hour_steps": N_("Skriv timerne som dato=timer, fx 2026-11-24=12.5, fra 0 til 60 timer."),
    "cvr": N_("Det er ikke et CVR-nummer: otte cifre, hvis kontrolciffer passer."),
    "p_number": N_("Et P-nummer har ti cifre."),
    "day": N_("Det er ikke en dato. Skriv fx 2026-11-24."),
    "year": N_("Årstallet skal ligge mellem {first} og {last}."),
    "instant": N_("Det er ikke et tidspunkt. Skriv fx 2026-11-24T10:00."),
    "instant_gap": N_("Det klokkeslæt findes ikke: uret stilles frem den nat. Vælg et andet."),
    "instant_fold": N_(
        "Det klokkeslæt findes to gange: uret stilles tilbage den nat. Skriv +02:00 for første gang, +01:00 for anden."
    ),
    "literal_error": N_("Værdien kendes ikke. Vælg en af: {allowed}."),
    "enum": N_("Værdien kendes ikke. Vælg en af: {allowed}."),
    "bool": N_("Skriv ja eller nej (true eller false)."),
    "int": N_("Skriv et helt tal."),
    "float": N_("Skriv et tal, fx 12.5."),
    "string": N_("Skriv en tekst."),
    "string_pattern_mismatch": N_("Det er ikke et id. Et id har 36 tegn, fx fra: fieldtui list"),
    "tuple": N_("Skriv en liste af ord."),
    "greater_than_equal": N_("Det skal være mindst {ge}."),
    "less_than_equal": N_("Det må højst være {le}."),
    "empty": N_("{label} må ikke være tom."),
    "too_few": N_("Det skal være mindst {min_length} tegn."),
    "too_many": N_("Det må højst være {max_length} tegn. Forkort teksten."),
    "too_many_words": N_("Der må højst være {max_length} ord."),
    "other": N_("Værdien kan ikke bruges her."),
}
_FAMILIES: Final = ("bool", "int", "float", "string", "tuple")


def _template(problem: FieldProblem, model: type[Record]) -> str:
    code, params = problem.code, problem.params
    info = fields_of(model).get(problem.field or "")
    if code == "unknown_field" and params.get("nearest"):
        return _SENTENCES["unknown_field_near"]
    if code in {"string_too_short", "too_short"}:
        return _SENTENCES["empty" if params.get("min_length", 1) <= 1 else "too_few"]
    if code in {"string_too_long", "too_long"}:
        return _SENTENCES["too_many_words" if info and info.merge is Merge.SET else "too_many"]
    if code in _SENTENCES:
        return _SENTENCES[code]
    family = code.split("_", 1)[0]
    return _SENTENCES[family if family in _FAMILIES else "other"]


def sentence(problem: FieldProblem, model: type[Record]) -> str:
    """The problem in the language in force: what is wrong and what to do; never what was given."""
    info = fields_of(model).get(problem.field or "")
    earlier = fields_of(model).get(str(problem.params.get("before")))
    values = {
        **problem.params,
        "label": _(info.label) if info else (problem.field or _("Posten")),
        "before": _(earlier.label) if earlier else "",
        "allowed": ", ".join(problem.params.get("allowed", ())),
    }
    return _(_template(problem, model)).format(**values)


def _name_problems(model: type[Record], names: Iterable[str], *, strict_names: bool) -> list[FieldProblem]:
    known = fields_of(model)
    found: list[FieldProblem] = []
    for name in names:
        if name in RESERVED:
            found.append(FieldProblem(name, "reserved"))
        elif strict_names and name not in known:
            shown = clean(name, limit=_LONGEST_NAME)
            found.append(FieldProblem(shown, "unknown_field", {"nearest": nearest(shown, tuple(known))}))
    return found


def model_of(collection: str) -> type[Record]:
    """The model of a collection by its name.

    Raises:
        BadUsage: No collection has that name; the nearest one is suggested.
    """
    model = COLLECTIONS.get(collection)
    if model is not None:
        return model
    shown = clean(collection, limit=_LONGEST_NAME)
    near = nearest(shown, tuple(COLLECTIONS))
    if near:
        raise BadUsage(_("Samlingen {name} findes ikke. Mente du {nearest}?").format(name=shown, nearest=near))
    raise BadUsage(
        _("Samlingen {name} findes ikke. Vælg en af: {known}.").format(name=shown, known=", ".join(COLLECTIONS))
    )


def parse_record(collection: str, values: object, *, strict_names: bool) -> Record:
    """Make a record out of values from a person, a script, the wire or the store.

    Args:
        collection: Name of the collection.
        values: The body: a mapping of field names as on the wire to JSON values. Anything else is refused.
        strict_names: Refuse names the model does not know and suggest the nearest (people, scripts); otherwise they
            are kept untouched (wire, store). Names of the envelope (`id`, `rev` …) are refused either way.

    Raises:
        BadUsage: There is no such collection.
        InvalidRecords: The values break the model; every problem is in it, none with a line number.
    """
    model = model_of(collection)
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise _refusal(model, [FieldProblem(None, "not_an_object")])
    found = _name_problems(model, values, strict_names=strict_names)
    record: Record | None = None
    try:
        record = model.model_validate(dict(values))
    except ValidationError as error:
        found.extend(problems_of(error))
    if found or record is None:
        raise _refusal(model, found)
    return record


def _refusal(model: type[Record], found: list[FieldProblem]) -> InvalidRecords:
    return InvalidRecords(tuple(LineProblem(None, each.field, sentence(each, model)) for each in found))
