"""`anonymous`: whom to call, nothing stored. `consent`: give, renew and withdraw. `share`: tell somebody, with the basis."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.services.bridging import Terms
from fieldtui.services.done import Done
from fieldtui.services.notes import Share

_CITIZEN = typer.Argument(metavar="CITIZEN", help=_("Borgerens id."))
_CONSENT = typer.Argument(metavar="ID", help=_("Samtykkets id."))


def mount(root: typer.Typer) -> None:
    """Add the commands."""
    root.command("anonymous", help=_("Numre til anonym behandling; gemmer og logger intet om nogen."))(anonymous)
    root.command("share", help=_("Del en oplysning om en borger, og skriv ned hvem, hvad og på hvilket grundlag."))(
        share
    )
    app = typer.Typer(no_args_is_help=True, help=_("Samtykke til at dele: giv, forny, træk tilbage."))
    app.command("give", help=_("Et nyt samtykke; helbredsoplysninger højst et år."))(give)
    app.command("renew", help=_("Et nyt samtykke på de samme vilkår; det gamle bliver stående."))(renew)
    app.command("withdraw", help=_("Tilbagekaldt: deling stopper straks, også uden net."))(withdraw)
    root.add_typer(app, name="consent")


def anonymous(
    context: typer.Context,
    count: Annotated[
        int, typer.Option("--count", min=0, max=1000, help=_("Læg så mange til optællingen, uden navne."))
    ] = 0,
) -> None:
    """Print where treatment is given; count wishes where that is asked for."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        today = workspace.context.today
        units = [each.record for each in workspace.casework.treatment_units(today)]
        done = workspace.casework.count_anonymous(today, count) if count else None
    documents = [{"name": unit.name, "phone": unit.phone, "address": unit.address} for unit in units]
    setting.answer(
        {"units": documents, "counted": count},
        (
            " · ".join(part for part in (unit.phone or _("intet nummer"), unit.name, unit.address) if part)
            for unit in units
        ),
    )
    if not units:
        setting.tell(_("Ingen behandlingssteder på listen. Kontoret opretter dem som samarbejdspartnere."))
    if done is not None:
        setting.tell(done.message)


def give(
    context: typer.Context,
    citizen: Annotated[str, _CITIZEN],
    recipient: Annotated[str, typer.Option("--to", metavar="WHO", help=_("Hvem må få oplysninger: enhedens navn."))],
    scope: Annotated[str | None, typer.Option("--scope", metavar="TEXT", help=_("Hvad må deles."))] = None,
    given_on: Annotated[str | None, typer.Option("--given-on", metavar="D", help=_("Dagen; ellers i dag."))] = None,
    expires_on: Annotated[str | None, typer.Option("--expires-on", metavar="D", help=_("Sidste dag."))] = None,
    oral: Annotated[bool, typer.Option("--oral", help=_("Mundtligt; ellers skriftligt."))] = False,
    direction: Annotated[
        str, typer.Option("--direction", metavar="both|disclose|collect", help=_("Begge veje, kun fra os, kun til os."))
    ] = "both",
) -> None:
    """Store a consent. One that covers no health is stored with `put`."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        first = arguments.day(setting, given_on, "--given-on") if given_on else workspace.context.today
        last = arguments.day(setting, expires_on, "--expires-on") if expires_on else None
        terms = Terms(scope=scope, form="oral" if oral else "written", direction=direction)
        _answer(
            setting, workspace.casework.give_consent(citizen, recipient, given_on=first, expires_on=last, terms=terms)
        )


def renew(
    context: typer.Context,
    consent: Annotated[str, _CONSENT],
    given_on: Annotated[str | None, typer.Option("--given-on", metavar="D", help=_("Dagen; ellers i dag."))] = None,
    expires_on: Annotated[str | None, typer.Option("--expires-on", metavar="D", help=_("Sidste dag."))] = None,
) -> None:
    """Store a new consent on the terms of an old one."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        first = arguments.day(setting, given_on, "--given-on") if given_on else workspace.context.today
        last = arguments.day(setting, expires_on, "--expires-on") if expires_on else None
        _answer(setting, workspace.casework.renew_consent(consent, first, expires_on=last))


def withdraw(
    context: typer.Context,
    consent: Annotated[str, _CONSENT],
    how: Annotated[str, typer.Option("--how", metavar="TEXT", help=_("Hvordan, fx pr. telefon."))],
) -> None:
    """Store that a consent was withdrawn, now."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _answer(setting, workspace.casework.withdraw_consent(consent, how))


def share(
    context: typer.Context,
    citizen: Annotated[str, _CITIZEN],
    words: Annotated[
        str, typer.Argument(metavar="TEXT", help=_("Det, der deles; - spørger, så det ikke står i skallens historik."))
    ],
    recipient: Annotated[str, typer.Option("--to", metavar="WHO", help=_("Hvem der får det."))],
    basis: Annotated[
        str | None,
        typer.Option("--basis", metavar="B", help=_("samtykke (ellers), lov, borger_til_stede, anonym_sparring.")),
    ] = None,
    reference: Annotated[str | None, typer.Option("--law", metavar="TEXT", help=_("Hvilken bestemmelse."))] = None,
    what: Annotated[str | None, typer.Option("--what", metavar="TEXT", help=_("Slags oplysninger."))] = None,
) -> None:
    """Write down what is shared; refused where the consent it rests on is not there."""
    setting = setting_of(context)
    text = arguments.text(words, _("Det, der deles"))
    with opened(setting) as workspace:
        about = Share(recipient, basis, reference, what)
        _answer(setting, workspace.casework.share(citizen, text, about))


def _answer(setting: Setting, done: Done) -> None:
    setting.answer(list(done.record_ids), done.record_ids)
    setting.tell(done.message)
    for warning in done.warnings:
        setting.tell(warning)
