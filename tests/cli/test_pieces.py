"""Where one record ends and the next begins."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import InvalidRecords
from fieldtui.cli.putting import pieces

RECORDS = st.lists(
    st.dictionaries(st.text(max_size=8), st.text(max_size=12) | st.integers() | st.none() | st.booleans(), max_size=4),
    min_size=1,
    max_size=5,
)


@given(records=RECORDS, indent=st.none() | st.integers(0, 3), ascii_only=st.booleans())
def test_an_array_in_any_layout_gives_its_records(
    records: list[dict[str, Any]], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(records, indent=indent, ensure_ascii=ascii_only)
    assert [json.loads(piece) for _line, piece in pieces(text)] == records


@given(records=RECORDS, indent=st.none() | st.integers(0, 3), between=st.sampled_from(["\n", "\n\n", "\r\n"]))
def test_records_one_after_the_other_in_any_layout_give_themselves_and_their_lines(
    records: list[dict[str, Any]], indent: int | None, between: str
) -> None:
    texts = [json.dumps(record, indent=indent) for record in records]
    whole = between.join(texts)
    found = list(pieces(whole))
    assert [json.loads(piece) for _line, piece in found] == records
    starts = [
        whole[: sum(len(text) + len(between) for text in texts[:number])].count("\n") + 1
        for number in range(len(texts))
    ]
    assert [line for line, _piece in found] == starts


@given(text=st.text(alphabet='{}[],:"a1 \n', max_size=40))
def test_any_text_gives_pieces_or_the_line_where_it_breaks(text: str) -> None:
    lines: list[int | None] = []
    try:
        lines += [line for line, _piece in pieces(text)]
    except InvalidRecords as error:
        lines += [problem.line for problem in error.problems]
    assert all(line is not None and 1 <= line <= text.count("\n") + 1 for line in lines)


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_a_text_nested_too_deeply_is_refused_and_does_not_end_the_process(depth: int) -> None:
    with pytest.raises(InvalidRecords):
        list(pieces("[" * depth))
