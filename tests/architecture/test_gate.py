"""What other people wrote reaches a terminal through one gate: no widget, notice or command is handed a bare text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, name_of

_GATES = {"plain_content", "line_content", "lines_content"}
_SAFE_WIDGETS = {"Button", "Input", "Static", "TextArea"}
_DRAWN = {"border_title", "border_subtitle", "tooltip", "title", "sub_title"}
_MARKUP = {"from_markup", "render_markup", "to_content", "visualize"}
_WRITERS = {"clean", "safe_json", "sentence_for", "help_in_danish"}


def is_gated(node: ast.expr) -> bool:
    """A text of our own that is not put together, or what a gate answered."""
    if isinstance(node, ast.IfExp):
        return is_gated(node.body) and is_gated(node.orelse)
    if isinstance(node, ast.Constant):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _GATES


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def in_screens(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a screen, widget or dialog shows a text that did not pass the gate."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "textual.widgets":
            for each in node.names:
                if each.name not in _SAFE_WIDGETS:
                    yield node.lineno, f"the widget {each.name}"
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in _DRAWN and not is_gated(node.value):
                    yield node.lineno, f"{target.attr} without the gate"
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield from ((node.lineno, what) for what in _shown_by(name, node))


def _shown_by(name: str, call: ast.Call) -> Iterator[str]:
    plain = _is_false(keyword(call, "markup"))
    if name in _MARKUP or name in {"add_row", "add_rows", "add_column", "add_option", "add_options"}:
        yield name
    elif name in {"Static", "Button", "Label"} and call.args and not is_gated(call.args[0]):
        yield f"{name} without the gate"
    elif name in {"Static", "Label", "notify"} and not plain:
        yield f"{name} without markup=False"
    elif name == "update" and len(call.args) == 1 and not call.keywords and not is_gated(call.args[0]):
        yield "update without the gate"


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def in_commands(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a command prints a text that did not pass the gate."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name in {"typer.echo", "typer.secho", "click.echo", "click.secho"}:
            yield node.lineno, name
        elif name in {"print", "sys.stdout.write", "sys.stderr.write"} and not all(map(is_written, node.args)):
            yield node.lineno, f"{name} without the gate"


def is_written(node: ast.expr) -> bool:
    """Our own words, or what a gate answered, with a line end or not."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.BinOp):
        return is_written(node.left) and is_written(node.right)
    if isinstance(node, ast.JoinedStr):
        return all(is_written(each.value) if isinstance(each, ast.FormattedValue) else True for each in node.values)
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        return called in _WRITERS
    return isinstance(node, (ast.Name, ast.Subscript)) and ast.unparse(node) in _KNOWN


_KNOWN = {
    "__version__",
    "number",  # base.hardening: the number of a report
    "count",  # cli.watching: two numbers and our own words
    "stages[step.stage]",
    "line",  # cli.setting: written by `_write`, whose callers pass the gate; central.serving: the line of JSON that says where
}


def found(folder: Path, search: object) -> list[str]:
    assert callable(search)
    return [
        f"{name_of(path)}:{line}: {what}"
        for path in sorted(folder.rglob("*.py"))
        for line, what in search(ast.parse(path.read_text(encoding="utf-8")))
    ]


def test_no_screen_shows_a_text_past_the_gate() -> None:
    assert found(PACKAGE / "tui", in_screens) == []


def test_no_command_prints_a_text_past_the_gate() -> None:
    assert found(PACKAGE, in_commands) == []


@pytest.mark.parametrize(
    "code",
    [
        "Static(name)", "Static(f'{name}', markup=False)", "Static('x' + name, markup=False)", "Static('x')", "Button(name)",
        "self.notify(name)", "self.notify(name, markup=True)", "self.query_one(Static).update(name)", "table.add_row(name)",
        "self.border_title = name", "self.sub_title = f'{name}'", "Content.from_markup(name)",
        "from textual.widgets import Label", "from textual.widgets import DataTable",
    ],
)  # fmt: skip
def test_the_search_sees_a_text_that_goes_past_in_a_screen(code: str) -> None:
    assert list(in_screens(ast.parse(code)))


@pytest.mark.parametrize("code", ["print(name)", "print(f'{name}')", "typer.echo('x')", "sys.stdout.write('x' + name)"])
def test_the_search_sees_a_text_that_goes_past_in_a_command(code: str) -> None:
    assert list(in_commands(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["Static(plain_content(name), markup=False)", "Button(line_content(name))", "facts.update(a, b)", "x.title = 'fieldtui'"]
)  # fmt: skip
def test_the_search_leaves_alone_what_passed_the_gate(code: str) -> None:
    assert not list(in_screens(ast.parse(code)))


_TOLD = {"message", "text", "reason", "args", "given_name", "family_name", "short_name", "full_name", "cpr", "phone", "title",
         "initials", "label", "address", "email", "body", "query", "url", "path", "line"}  # fmt: skip
"""Attributes that hold what people write, and so are no field of an event."""


def in_events(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where an event is not a name of ours with numbers, ids and codes, or a logger is written to past `event`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in {"event", "log.event"} and node.args:
            if not isinstance(node.args[0], (ast.Constant, ast.Name)):
                yield node.lineno, "a name that is put together"
            for each in node.keywords:
                for part in ast.walk(each.value):
                    if isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Attribute) and part.attr in _TOLD):
                        yield node.lineno, f"{each.arg} may hold what somebody wrote"
                    elif isinstance(part, ast.Call) and ast.unparse(part.func) in {"repr", "format", "ascii"}:
                        yield node.lineno, f"{each.arg} quotes a value"
        elif re.fullmatch(r"(logging|log|logger|_LOGGER)\.(debug|info|warning|error|exception|critical)", called):
            yield node.lineno, called


def test_every_event_is_made_of_our_own_words() -> None:
    seen = [place for place in found(PACKAGE, in_events) if "base/log.py" not in place]
    assert seen == []


@pytest.mark.parametrize(
    "code",
    ["event(f'{name}.read')", "event('read', who=citizen.given_name)", "event('read', what=f'{name}')", "event('x', y=repr(z))",
     "logging.info(name)", "_LOGGER.warning('x %s', name)", "event('x', error=error.args)"],
)  # fmt: skip
def test_the_search_sees_an_event_that_could_tell_of_somebody(code: str) -> None:
    assert list(in_events(ast.parse(code)))
