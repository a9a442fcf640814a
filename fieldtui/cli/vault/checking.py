"""`vault check`: every page read and proven."""

from __future__ import annotations

import typer

from fieldtui.base.errors import DatabaseDamaged
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("check", help=_("Læs og prøv hver side i databasen."))(check)


def check(context: typer.Context) -> None:
    """Prove every page's integrity."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        report = workspace.check_vault()
        setting.answer(
            {"ok": report.ok, "pages": report.pages, "problems": list(report.problems)},
            [_("{pages} sider er læst. Alt er i orden.").format(pages=report.pages)] if report.ok else report.problems,
        )
    if not report.ok:
        raise DatabaseDamaged
