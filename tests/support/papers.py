"""What a person reads in an exported file, whatever its form."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib


def shown_in(data: bytes) -> str:
    """The words of a PDF or a workbook of ours, a calendar unfolded, any other text as it is."""
    if data.startswith(b"%PDF-"):
        return words_of_pdf(data)
    if data.startswith(b"PK"):
        return "\n".join(html.unescape(part) for part in parts_of_workbook(data).values())
    return data.decode("utf-8").replace("\r\n ", "")


def words_of_pdf(pdf: bytes) -> str:
    """The strings of its page streams, in order, a blank between them."""
    words: list[str] = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        content = zlib.decompressobj().decompress(stream) if stream[:1] == b"x" else stream
        literals = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", content, re.DOTALL)
        words.extend(re.sub(rb"\\(.)", rb"\1", each).decode("latin-1") for each in literals)
    return " ".join(words)


def parts_of_workbook(data: bytes) -> dict[str, str]:
    """The XML of each part of a workbook, by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name).decode("utf-8") for name in book.namelist()}
