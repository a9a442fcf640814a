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


def words_of_embedded(pdf: bytes) -> str:
    """The strings of a PDF whose fonts are embedded, each glyph looked up in its font's table of letters, a blank between them."""
    objects = {int(found[1]): found[2] for found in re.finditer(rb"(\d+) 0 obj(.*?)endobj", pdf, re.DOTALL)}
    tables: dict[bytes, dict[int, str]] = {}
    for font, number in set(re.findall(rb"/(F\d+) (\d+) 0 R", pdf)):
        pointer = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
        if pointer is not None:
            pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\s", _stream(objects[int(pointer[1])]))
            tables[font] = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
    words: list[str] = []
    for each in objects.values():
        font = b""
        for found in re.finditer(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", _stream(each), re.DOTALL):
            if found[1]:
                font = found[1]
            elif font in tables:
                raw = re.sub(
                    rb"\\(.)",
                    lambda one: {b"r": b"\r", b"n": b"\n", b"t": b"\t"}.get(one[1], one[1]),
                    found[2],
                    flags=re.DOTALL,
                )
                glyphs = (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
                words.append("".join(tables[font].get(glyph, "\ufffd") for glyph in glyphs))
    return " ".join(words)


def _stream(body: bytes) -> bytes:
    found = re.search(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)
    if found is None:
        return b""
    return zlib.decompressobj().decompress(found[1]) if found[1][:1] == b"x" else found[1]
