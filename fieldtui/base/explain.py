"""The one place that turns an error into a sentence: what happened, is my work safe, what now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fieldtui.base import errors as e
from fieldtui.base.i18n import N_, _

_FIXED: Final[dict[type[e.FieldtuiError], str]] = {
    e.NewerVault: N_("Boksen er lavet af en nyere fieldtui og er ikke rørt. Opdatér fieldtui, og prøv igen."),
    e.NotEnrolled: N_("Denne maskine er ikke tilmeldt endnu. Tilmeld den med: fieldtui enrol URL --code KODE"),
    e.ReadOnlyLease: N_(
        "Der er gået for lang tid siden sidste synk. Intet er tabt, men der kan kun læses, til du har synket."
    ),
    e.WrongPassphrase: N_("Adgangssætningen passer ikke. Prøv igen. Er Caps Lock slået til?"),
    e.WrongRecoveryCode: N_("Nødkoden passer ikke. Tjek den mod papiret; O og 0 er det samme, I, L og 1 er det samme."),
    e.DeviceStoreShut: N_(
        "Maskinens nøglering er låst eller mangler. Intet er ændret. Lås den op ved at logge på maskinen, og prøv igen. "
        "Er boksen bundet til den, og går det ikke, åbner nødkoden: fieldtui vault recover"
    ),
    e.DeviceSecretGone: N_(
        "Boksen er bundet til denne maskines nøglering, men dens hemmelighed ligger der ikke mere. Intet er tabt. "
        "Brug nødkoden: fieldtui vault recover, eller kontorets hjælp: fieldtui vault recover --organisation"
    ),
    e.NoOrganisationSlot: N_(
        "Kontorets nøgle kan ikke åbne denne boks: den er ikke tilmeldt, eller nøglens ord er ikke bekræftet på maskinen. "
        "Brug nødkoden: fieldtui vault recover"
    ),
    e.NoPassphrase: N_("Boksen er låst, og der er ingen terminal at spørge på. Angiv en fil med --passphrase-file."),
    e.Unreachable: N_(
        "Kontoret svarer ikke. Dine ændringer er gemt her og sendes, når der er net. Arbejd bare videre."
    ),
    e.NeedsOffice: N_(
        "Kontoret svarer ikke, og det her kræver net. Prøv igen, når der er net; det samme to gange gør ingen skade."
    ),
    e.UpgradeNeeded: N_(
        "Kontorets system er nyere end denne fieldtui. Alt er gemt her. Opdatér fieldtui, og synk igen."
    ),
    e.ApprovalPending: N_(
        "Tilmeldingen venter på, at din leder godkender den. Sammenlign ordene, og kør kommandoen igen."
    ),
    e.Wiped: N_(
        "Kontoret har givet ordre til at slette denne maskine. Dens nøgler er slettet, og intet på den kan læses mere. "
        "Ring til din leder."
    ),
    e.HeaderDamaged: N_(
        "Filen vault.json er beskadiget, og kopien af den med. Intet er ændret. Læg en sikkerhedskopi tilbage med: fieldtui "
        "vault restore, og synk bagefter; eller ring til IT."
    ),
    e.HeaderTampered: N_(
        "Filen vault.json er ændret af nogen uden nøglen. Intet andet er rørt, og dit arbejde ligger stadig i boksen. "
        "Læs videre med --read-only, læg en sikkerhedskopi tilbage med: fieldtui vault restore, og ring til IT."
    ),
    e.DatabaseDamaged: N_(
        "Databasen er beskadiget eller hører til en anden boks. Intet er ændret eller slettet. Læg en sikkerhedskopi "
        "tilbage med: fieldtui vault restore, og synk bagefter; eller ring til IT."
    ),
    e.ChangedSinceLock: N_(
        "Databasen er ændret, siden boksen sidst blev låst. Den er hel, men det er ikke den fil, der blev låst. Intet er "
        "rørt. Læs videre med --read-only, læg en sikkerhedskopi tilbage med: fieldtui vault restore, og ring til IT."
    ),
    e.DatabaseMissing: N_(
        "Databasen ved siden af vault.json mangler eller er tom. Der er ikke lavet en ny. Læg en sikkerhedskopi tilbage med: "
        "fieldtui vault restore, og synk bagefter."
    ),
    e.RolledBack: N_(
        "Boksen er en ældre kopi end den, der sidst var åben på maskinen. Intet er rørt, men det nyeste kan mangle. Læs "
        "videre med --read-only, og ring til IT. Har du selv lagt den tilbage, så kør: fieldtui vault accept"
    ),
    e.BackupDamaged: N_(
        "Sikkerhedskopien er beskadiget eller ikke hel. Intet er ændret. Brug en anden sikkerhedskopi."
    ),
    e.NoBackup: N_(
        "Der er ingen sikkerhedskopi dér. Intet er ændret. Se i mappen backups ved siden af boksen, eller angiv en fil."
    ),
    e.BackupOfAnother: N_(
        "Boksen her har en anden nøgle end sikkerhedskopien: den er en andens, eller fra før nøglerne blev skiftet. Intet er "
        "ændret. Det usendte herfra kan ikke flyttes med. Se hvad kopien har: fieldtui vault restore --dry-run. Skal den "
        "alligevel erstatte boksen, så brug --replace-newer."
    ),
    e.BackupOlder: N_(
        "Boksen er hel, og der er skrevet i den efter sikkerhedskopien. Intet er ændret. Se hvad: fieldtui vault restore "
        "--dry-run. Er det rigtigt, så læg kopien på med --replace-newer; det usendte flyttes med."
    ),
    e.DiskFull: N_(
        "Der kan ikke skrives på disken; der er nok ikke plads. Det, der allerede er gemt, er gemt. Gør plads, og prøv igen."
    ),
    e.DiskReadOnly: N_(
        "Disken kan kun læses lige nu. Det, der allerede er gemt, er gemt. Ring til IT; lad det stå, du er ved at skrive."
    ),
    e.Internal: N_("fieldtui måtte stoppe på grund af en fejl i programmet. Det, der er gemt, er gemt."),
}

_BUSY: Final = {
    "vault": N_("En anden fieldtui bruger boksen lige nu. Luk den, og prøv igen."),
    "sync": N_("Der synkes allerede. Vent, til den er færdig."),
    "central": N_("En anden fieldtui bruger den mappe eller port lige nu."),
}


def _records(error: e.InvalidRecords) -> str:
    lines = []
    for problem in error.problems:
        place = []
        if problem.line is not None:
            place.append(_("linje {line}").format(line=problem.line))
        if problem.field:
            place.append(_("feltet {field}").format(field=problem.field))
        lines.append(f"{', '.join(place)}: {problem.reason}" if place else problem.reason)
    lines.append(_("Intet er gemt. Ret det, og prøv igen."))
    return "\n".join(lines)


def _file(error: e.BadFile) -> str:
    if error.line is None:
        return _("Filen {file}: {reason}").format(file=error.file, reason=error.reason)
    return _("Filen {file}, linje {line}: {reason}").format(file=error.file, line=error.line, reason=error.reason)


_TLS_WHY: Final = {
    "authority": N_(
        "certifikatet for {host} er udstedt af {issuer}, som denne maskine ikke stoler på. IT skal enten undtage {host} "
        "fra kontrol af trafikken eller give dig kontorets certifikat (PEM): fieldtui connection --ca FIL"
    ),
    "self-signed": N_(
        "{host} har udstedt sit certifikat til sig selv ({issuer}). IT skal give dig kontorets certifikat (PEM): "
        "fieldtui connection --ca FIL"
    ),
    "host": N_(
        "certifikatet gælder for {offered} og ikke for {host}. Det er udstedt af {issuer}. IT skal give serveren et "
        "certifikat, der nævner {host}."
    ),
    "expired": N_(
        "certifikatet for {host} gælder ikke i dag ({offered}). Det er udstedt af {issuer}. Er maskinens ur rigtigt, "
        "skal IT forny det."
    ),
    "version": N_(
        "{host}, eller noget på vejen dertil, taler kun {offered}, og der kræves TLS 1.3. Certifikatet er udstedt af "
        "{issuer}. IT skal slå TLS 1.3 til eller undtage {host} fra kontrol af trafikken."
    ),
    "proxy": N_("proxyen lader ikke maskinen tale med {host} ({offered}). IT skal tillade det."),
}


def _tls(error: e.TlsRefused) -> str:
    why = _TLS_WHY.get(error.why)
    if why is None:
        return _("Forbindelsen er afvist: kontorets certifikat passer ikke. Dine ændringer er gemt her. Ring til IT.")
    said = _(why).format(host=error.host, issuer=error.issuer or _("en ukendt udsteder"), offered=error.offered)
    return _("Forbindelsen er afvist, og dine ændringer er gemt her: {why}").format(why=said)


def _revoked(error: e.Revoked) -> str:
    if not error.sealed:
        return _("Denne maskine er spærret af kontoret. Det, der ikke er sendt, er gemt. Ring til din leder.")
    return _(
        "Denne maskine er spærret af kontoret. Det, der ikke er sendt, er gemt og ligger forseglet til kontoret i {file}. "
        "Ring til din leder; lukkes maskinen ind igen, låses den bare op."
    ).format(file=error.sealed)


_ANSWER_WHY: Final = {
    "no-request": N_("der er ikke bedt om hjælp fra denne maskine, eller svaret er brugt"),
    "request": N_("det hører til en anden anmodning end den nyeste herfra"),
    "format": N_("det er ikke et svar fra kontoret"),
}


def _answer(error: e.AnswerRefused) -> str:
    why = _(_ANSWER_WHY.get(error.why, N_("det åbner ikke denne boks")))
    return _("Svaret er ikke brugt: {why}. Intet er ændret. Lav en ny anmodning, og bed kontoret svare på den.").format(
        why=why
    )


_WITH_DATA: Final[dict[type[e.FieldtuiError], Callable[..., str]]] = {
    e.BadUsage: lambda error: error.message,
    e.NotFound: lambda error: _("Der findes intet med id {id}. Find det rigtige med: fieldtui list").format(
        id=error.record_id
    ),
    e.InvalidRecords: _records,
    e.BadFile: _file,
    e.FolderRefused: lambda error: _("Mappen {folder} kan ikke bruges: {reason}").format(
        folder=error.folder, reason=error.reason
    ),
    e.NoVault: lambda error: _("Der er ingen boks i {folder}. Lav en med: fieldtui init").format(folder=error.folder),
    e.VaultExists: lambda error: _("Der er allerede en boks i {folder}. Den er ikke rørt.").format(folder=error.folder),
    e.AnswerRefused: _answer,
    e.PassphraseTooWeak: lambda error: error.reason,
    e.TooSoon: lambda error: _("For mange forsøg. Vent {seconds} sekunder, og prøv igen.").format(
        seconds=max(1, round(error.seconds))
    ),
    e.TlsRefused: _tls,
    e.Revoked: _revoked,
    e.ServerFault: lambda error: _(
        "Kontorets system svarede med en fejl ({detail}). Alt er gemt her. Prøv igen senere, eller ring til IT."
    ).format(detail=error.detail),
    e.DatabaseUnreachable: lambda error: _(
        "Databasen under kontorets system svarer ikke ({detail}). Intet er ændret. Se, om PostgreSQL kører, og prøv igen."
    ).format(detail=error.detail),
    e.MassChange: lambda error: _(
        "Synk ville fjerne {citizens} borgere og ændre {records} poster. Intet er ændret. Er det rigtigt, så kør: "
        "fieldtui sync --accept-mass-change"
    ).format(citizens=error.citizens, records=error.records),
    e.LogBroken: lambda error: _("Adgangsloggen er brudt ved post {entry}. Intet er ændret. Ring til IT.").format(
        entry=error.entry
    ),
    e.Busy: lambda error: _(_BUSY.get(error.what, _BUSY["vault"])),
}


def explain(error: e.FieldtuiError) -> str:
    """The sentence for an error, in the language in force.

    A leaf without a sentence of its own speaks with its nearest ancestor's.
    """
    for kind in type(error).__mro__:
        if kind in _WITH_DATA:
            return _WITH_DATA[kind](error)
        if kind in _FIXED:
            return _(_FIXED[kind])
    return _(_FIXED[e.Internal])
