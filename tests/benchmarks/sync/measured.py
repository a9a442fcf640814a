"""What every measuring process says on its last line, and how the one that started it reads it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def say(**values: Any) -> None:
    """Print the measured values as the process's last line, its peak memory among them."""
    print(json.dumps({**values, "rss_mb": peak_mb()}), flush=True)


def peak_mb(pid: int | str = "self") -> float | None:
    """Highest resident memory of a process in MiB; `None` where the system does not tell (not Linux).

    Read from `/proc`, because `getrusage` counts what the parent held before the process became itself.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def forget_peak() -> None:
    """Count this process's peak memory from here on; does nothing where the system cannot (not Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def ask(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a measuring process; its values, and `wall_s`, the life of the whole process.

    Raises:
        RuntimeError: It failed; a failure has no speed. What it wrote is in the message.
    """
    began = time.perf_counter()
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        timeout=1_800,
    )
    wall = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}")
    values: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**values, "wall_s": wall}
