"""`vault restore`: a backup in the vault's place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import NoPassphrase
from fieldtui.base.i18n import _
from fieldtui.cli.passphrase import asked, passphrase, read_file
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.cli.text import when
from fieldtui.services.restoring import RestoreReport, restore
from fieldtui.services.unlocking import Secret


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("restore", help=_("Læg en sikkerhedskopi tilbage; det, der er der nu, gemmes ved siden af."))(put_back)


def put_back(  # one parameter an option
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FIL]", help=_("Kopien; ellers den nyeste hele i mappen backups."))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Sig, hvad der ville ske, og ændr intet."))] = False,
    replace_newer: Annotated[
        bool, typer.Option("--replace-newer", help=_("Også hvor boksen er hel og nyere end kopien."))
    ] = False,
    code_file: Annotated[
        Path | None, typer.Option("--code-file", metavar="FIL", help=_("Åbn med nødkoden i den fil."))
    ] = None,
    code: Annotated[bool, typer.Option("--code", help=_("Åbn med nødkoden; der spørges om den."))] = False,
) -> None:
    """Restore a backup, or say what that would do."""
    setting = setting_of(context)
    by_code = code or code_file is not None
    secret = _secret(setting, code_file, ask=code)
    try:
        report = restore(
            setting.folder,
            file,
            secret,
            clock=setting.clock,
            by_code=by_code,
            dry_run=dry_run,
            replace_newer=replace_newer,
        )
    finally:
        secret.wipe()
    setting.answer(_as_json(report, dry_run=dry_run), _lines(report, dry_run=dry_run))
    if not dry_run:
        setting.tell(
            _("Sikkerhedskopien er lagt på. Synk nu, så kontoret sender det, der er kommet siden: fieldtui sync")
        )


def _secret(setting: Setting, code_file: Path | None, *, ask: bool) -> Secret:
    if code_file is not None:
        return read_file(code_file)
    if ask:
        if not setting.terminal:
            raise NoPassphrase
        return asked(_("Nødkode: "))
    return passphrase(setting)


def _as_json(report: RestoreReport, *, dry_run: bool) -> dict[str, Any]:
    salvaged = report.salvaged
    return {
        "dry_run": dry_run,
        "file": str(report.file),
        "made_at": isoformat(report.made),
        "kind": report.kind,
        "contents": dict(report.counts),
        "synced_until": None if report.synced_until is None else isoformat(report.synced_until),
        "present": report.present,
        "carried_over": {
            "pending": dict(salvaged.pending),
            "drafts": salvaged.drafts,
            "conflicts": salvaged.conflicts,
            "log": salvaged.log,
        },
        "own_changes_since": salvaged.history,
        "everything_read": salvaged.whole,
        "unplaced": salvaged.unplaced,
        "skipped_damaged": report.skipped,
        "set_aside": None if report.set_aside is None else str(report.set_aside),
    }


def _lines(report: RestoreReport, *, dry_run: bool) -> Iterator[str]:
    counts, salvaged = report.counts, report.salvaged
    if report.skipped:
        yield _("{count} nyere kopier er beskadiget og er sprunget over.").format(count=report.skipped)
    yield _("Kopien er fra {made}: {file}").format(made=when(report.made), file=report.file)
    yield _("I den: {citizens} borgere, {notes} notater, {pending} ændringer, der ventede på at blive sendt.").format(
        citizens=counts["citizens"], notes=counts["notes"], pending=counts["pending"] + counts["rejected"]
    )
    yield {
        "missing": _("Der er ingen database nu."),
        "sound": _("Databasen, der er der nu, er hel."),
        "damaged": _("Databasen, der er der nu, er beskadiget, men noget af den kan læses."),
        "unreadable": _("Databasen, der er der nu, kan ikke læses."),
    }[report.present]
    pending = ", ".join(f"{count} {name}" for name, count in sorted(salvaged.pending.items()))
    if pending or salvaged.drafts or salvaged.conflicts:
        yield _("Flyttes med fra den: usendt: {pending}; kladder: {drafts}; uenigheder: {conflicts}.").format(
            pending=pending or "0", drafts=salvaged.drafts, conflicts=salvaged.conflicts
        )
    elif salvaged.readable:
        yield _("Der er intet usendt i den, som kopien ikke har.")
    yield from _losses(report)
    if report.synced_until is not None:
        yield _("Alt, kontoret har fået eller ændret efter {until}, kommer igen ved næste synk.").format(
            until=when(report.synced_until)
        )
    if report.set_aside is not None:
        yield _("Det, der var der, er gemt i: {folder}").format(folder=report.set_aside)
    if dry_run:
        yield _("Intet er ændret.")


def _losses(report: RestoreReport) -> Iterator[str]:
    salvaged = report.salvaged
    if not salvaged.readable and report.present != "missing":
        yield _("! Usendte ændringer og kladder fra efter kopien kan ikke læses og går tabt.")
    elif report.present == "missing":
        yield _("! Usendte ændringer og kladder fra efter kopien er væk med databasen.")
    elif not salvaged.whole:
        yield _("! Noget af den kunne ikke læses; usendte ændringer og kladder dér går tabt.")
    if salvaged.unplaced:
        yield _("! {count} usendte ændringer kunne læses, men ikke deres post; de går tabt.").format(
            count=salvaged.unplaced
        )
