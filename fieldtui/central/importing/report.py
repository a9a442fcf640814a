"""What an import did, file by file and line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fieldtui.central.importing.extract import Problem


@dataclass(slots=True)
class FileCount:
    """Rows of one file. Each row counts once among created, updated and unchanged, or was left out."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    reported: int = 0
    """Rows with at least one problem, left out or not."""

    @property
    def left_out(self) -> int:
        """Rows that are not among the records."""
        return self.rows - self.created - self.updated - self.unchanged


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole import."""

    files: dict[str, FileCount]
    problems: tuple[Problem, ...]
    consultants_made: tuple[str, ...]
    """Initials that were not known before."""
    dry_run: bool

    @property
    def left_out(self) -> int:
        """Rows of all files that are not among the records; a person has to look at them."""
        return sum(count.left_out for count in self.files.values())

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        files = {
            name: {
                "rows": count.rows, "created": count.created, "updated": count.updated, "unchanged": count.unchanged,
                "reported": count.reported,
            }
            for name, count in self.files.items()
        }  # fmt: skip
        return {"files": files, "problems": [problem.as_json() for problem in self.problems]}
