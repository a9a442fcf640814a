"""The files of an extract that lie in a folder."""

from __future__ import annotations

from pathlib import Path

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.central.importing.extract import Problem, Table, read_table
from fieldtui.central.importing.kinds import KINDS, Kind


def read_folder(folder: Path) -> tuple[list[tuple[Kind, Table]], list[Problem]]:
    """Read every known file, in the order they are taken, and report what is unknown.

    Raises:
        BadFile: A file cannot be read as what it should be.
        BadUsage: No such folder, or nothing of an extract in it.
    """
    if not folder.is_dir():
        raise BadUsage(_("Mappen {folder} findes ikke.").format(folder=folder))
    tables: list[tuple[Kind, Table]] = []
    problems: list[Problem] = []
    known = {kind.file: kind for kind in KINDS}
    present = {path.name.casefold(): path for path in sorted(folder.iterdir()) if path.is_file()}
    for kind in KINDS:
        path = present.get(kind.file)
        if path is None:
            continue
        table = read_table(path, required=kind.columns)
        tables.append((kind, table))
        extra = [column for column in table.columns if column not in kind.columns]
        problems += [
            Problem(kind.file, 1, column or None, _("Kolonnen kendes ikke og er ikke brugt.")) for column in extra
        ]
    strange = [path.name for name, path in present.items() if name.endswith(".csv") and name not in known]
    problems += [Problem(name, 1, None, _("Filen kendes ikke og er ikke læst.")) for name in strange]
    if not tables:
        raise BadUsage(_("Der er ingen af udtrækkets filer i {folder}, fx borgere.csv.").format(folder=folder))
    return tables, problems
