"""`sync`, `status`: how this device and the office stand."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from fieldtui.base.clock import isoformat, today
from fieldtui.base.errors import BadUsage, MassChange
from fieldtui.base.exits import ExitCode
from fieldtui.base.i18n import _
from fieldtui.cli import watching
from fieldtui.cli.handing import waiting_lines
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.cli.text import when
from fieldtui.services.standing import Status
from fieldtui.services.syncing import set_back_notice
from fieldtui.services.workspace import Workspace


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.command("sync", help=_("Hent kontorets ændringer, flet dem, og send dine egne."))(sync)
    root.command("status", help=_("Hvor denne maskine står."))(status)


def sync(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Sig kun, hvad der ville ske."))] = False,
    accept_mass_change: Annotated[
        bool, typer.Option("--accept-mass-change", help=_("Godkend, at ovenud mange poster ændres eller fjernes."))
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help=_("Bliv ved: når der kommer net, efter ændringer og hvert kvarter."))
    ] = False,
) -> None:
    """Run one sync, or keep at it."""
    setting = setting_of(context)
    if watch:
        if dry_run or accept_mass_change:
            raise BadUsage(_("--watch bliver ved uden at spørge og kan ikke bruges sammen med de andre valg."))
        watching.watch(setting)
        return
    with opened(setting) as workspace:
        try:
            report = workspace.syncing.run(
                manual=True,
                accept_mass_change=accept_mass_change,
                dry_run=dry_run,
                on_progress=watching.progress if sys.stderr.isatty() else None,
            )
        except MassChange as stopped:
            _name(setting, workspace, stopped)
            raise
        watching.wipe_progress()
        waiting = workspace.status()
        on_the_desk = waiting_lines(workspace)
        setting.answer(
            report.as_json(),
            [
                _("Prøve: {pulled} ville komme ind, {pushed} ville blive sendt. Intet er ændret.").format(
                    pulled=report.pulled, pushed=report.pushed
                )
                if dry_run
                else watching.summary(report)
            ],
        )
    if report.set_back:
        setting.tell(set_back_notice())
    if waiting.conflicts:
        one, many = _("1 konflikt venter på dig"), _("{count} konflikter venter på dig")
        text = one if waiting.conflicts == 1 else many.format(count=waiting.conflicts)
        setting.tell(f"{text}: fieldtui conflicts list")
    if waiting.rejected:
        one, many = _("1 ændring blev afvist"), _("{count} ændringer blev afvist")
        text = one if waiting.rejected == 1 else many.format(count=waiting.rejected)
        setting.tell(f"{text}: fieldtui outbox list")
    for line in on_the_desk:
        setting.tell(line)
    if waiting.conflicts or waiting.rejected:
        raise typer.Exit(ExitCode.WAITING)


def _name(setting: Setting, workspace: Workspace, stopped: MassChange) -> None:
    """Say on stderr which citizens the sync would take, so that a person can answer."""
    watching.wipe_progress()
    if stopped.ids:
        names = {row.id: row.short_name for row in workspace.lookup.citizens(today(setting.clock))}
        for citizen_id in stopped.ids:
            setting.tell(f"{citizen_id}  {names.get(citizen_id, '')}".rstrip())


def status(context: typer.Context) -> None:
    """Print where this device stands."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        now = workspace.status()
        caseload = workspace.lookup.caseload(today(setting.clock))
        document = _document(now, read_only=workspace.store.vault.read_only)
        document["caseload"] = [each.as_json() for each in caseload]
        setting.answer(document, _lines(setting, now, [each.written() for each in caseload]))


def _document(now: Status, *, read_only: bool) -> dict[str, Any]:
    return {
        "citizens": now.citizens,
        "pending": now.pending,
        "conflicts": now.conflicts,
        "rejected": now.rejected,
        "parked": now.parked,
        "last_sync_at": isoformat(now.last_sync_at) if now.last_sync_at else None,
        "lease_until": isoformat(now.lease_until) if now.lease_until else None,
        "lease_warn_after": isoformat(now.lease_warn_after) if now.lease_warn_after else None,
        "read_only": now.lease.over or read_only,
        "schema_version": now.schema_version,
        "device_id": now.device_id,
        "consultant": now.consultant.model_dump(mode="json") if now.consultant else None,
    }


def _lines(setting: Setting, now: Status, caseload: list[str]) -> list[str]:
    who = f"{now.consultant.name} ({now.consultant.initials})" if now.consultant else _("ikke tilmeldt")
    return [
        _("Konsulent: {who}").format(who=who),
        _("Borgere: {count}").format(count=now.citizens) + (f" ({', '.join(caseload)})" if caseload else ""),
        _("Venter på at blive sendt: {count}").format(count=now.pending),
        _("Konflikter: {count}").format(count=now.conflicts),
        _("Afvist: {count}").format(count=now.rejected),
        _("Sidst synket: {at}").format(at=when(now.last_sync_at) if now.last_sync_at else "–"),
        _("Kan skrives i til: {at}").format(at=when(now.lease_until) if now.lease_until else "–"),
        _("Mappe: {folder}").format(folder=setting.folder),
    ]
