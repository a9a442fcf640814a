"""Texts in the memory of a process, as somebody with the machine's RAM in their hands would look for them.

fieldtui closes its memory to everybody but root, so a test that is not root asks `sudo` without a password; where
neither is to be had, `may_look` says so.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_CHUNK = 1 << 22
_NOTHING = bytes(_CHUNK)


@functools.cache
def may_look() -> bool:
    """Whether closed memory can be read here."""
    if not Path("/proc/self/mem").exists():
        return False
    if os.geteuid() == 0:
        return True
    try:
        return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def found_in(pid: int, wanted: Mapping[str, str]) -> dict[str, int]:
    """How often each text lies in the memory of a process, in any form Python or a terminal would keep it in."""
    given = {name: [form.hex() for form in forms(text)] for name, text in wanted.items()}
    if os.geteuid() == 0:
        return _look(pid, given)
    command = ["sudo", "-n", sys.executable, __file__, str(pid)]
    asked = subprocess.run(command, input=json.dumps(given).encode(), capture_output=True, check=True)
    answer: dict[str, int] = json.loads(asked.stdout)
    return answer


def forms(text: str) -> set[bytes]:
    """UTF-8, and the one, two and four bytes a character that Python keeps a string in."""
    made = {text.encode(), text.encode("utf-16-le"), text.encode("utf-32-le")}
    if all(ord(letter) < 256 for letter in text):
        made.add(text.encode("latin-1"))
    return made


def _look(pid: int, wanted: Mapping[str, list[str]]) -> dict[str, int]:
    patterns = [(name, bytes.fromhex(form)) for name, forms_of in wanted.items() for form in forms_of]
    longest = max(len(form) for _name, form in patterns)
    counts = dict.fromkeys(wanted, 0)
    process = Path(f"/proc/{pid}")
    with (process / "maps").open() as maps, (process / "mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights, *_rest = line.split()
            if not rights.startswith("rw"):
                continue  # a program's or a library's own text, which nobody has written to
            start, end = (int(each, 16) for each in span.split("-"))
            before = b""
            for at in range(start, end, _CHUNK):
                try:
                    memory.seek(at)
                    part = memory.read(min(_CHUNK, end - at))
                except OSError:
                    break
                if part == _NOTHING[: len(part)]:  # never written to: only what lies across its beginning can end here
                    part = part[:longest]
                text = before + part
                for name, form in patterns:
                    counts[name] += text.count(form)
                before = part[-(longest - 1) :]
    return counts


if __name__ == "__main__":
    json.dump(_look(int(sys.argv[1]), json.load(sys.stdin)), sys.stdout)
