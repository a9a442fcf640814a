"""What this device asks the office for beside changes of records, and what a person must be shown of the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.services.context import Context
from fieldtui.services.protecting import RECALLED
from fieldtui.store.desk import Asked, DeskBox, Notice
from fieldtui.wire.desk import Errand

LONGEST_REASON: Final = 500

_DOING: Final = {
    "offer": "offering",
    "withdraw": "withdrawing",
    "accept": "accepting",
    "reject": "rejecting",
    "accept_parked": "accepting",
    "decline_parked": "declining",
}


class Errands:
    """What hand-overs and parked edits have in common."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._desk = DeskBox(context.store)

    def notices(self) -> tuple[tuple[int, str], ...]:
        """What the person must be shown and has not seen: number and sentence, oldest first."""
        return tuple((notice.id, self._said(notice)) for notice in self._desk.notices())

    def _said(self, notice: Notice) -> str:
        if notice.kind != RECALLED:
            return _sentence(notice)
        stored = self._store.get(str(notice.about.get("citizen")))
        code = getattr(stored.record, "call_code", None) if stored is not None else None
        return _(
            "Borger {code} har fået adressebeskyttelse. {count} filer med lister er slettet fra maskinen, for adressen kan stå"
            " i dem. Har du sendt eller skrevet en ud, så hent den tilbage."
        ).format(code=code or "–", count=notice.about.get("files"))

    def seen(self, notice_id: int) -> None:
        """The person has seen a notice.

        Raises:
            NotFound: There is none unseen of that number.
        """
        if not self._desk.read(notice_id):
            raise NotFound(str(notice_id))

    # --- for the use cases ---------------------------------------------------------------------

    def _ask(self, kind: str, about: str, citizen_id: str, **more: Any) -> None:
        errand = Errand(
            errand_id=self._store.ids.new(),
            kind=kind,
            about=about,
            citizen_id=citizen_id if kind == "offer" else None,
            recorded_at=isoformat(self._store.server_now()),
            **more,
        )
        self._desk.ask(errand, citizen_id)

    def _asked(self) -> dict[str, Asked]:
        """What was asked here and is not done, by what it is about; the last word on each."""
        return {each.errand.about: each for each in self._desk.errands()}


def standing(state: str, reason: str | None, asked: Asked | None, *, open_state: str) -> tuple[str, str | None]:
    """State and reason as this device knows them: what was asked here goes before what the office said last."""
    if asked is None or state != open_state:
        return state, clean(reason, multiline=True) if reason else None
    if asked.state != "waiting":
        return asked.state, why_refused(asked.detail)
    return _DOING.get(asked.errand.kind, asked.errand.kind), asked.errand.reason


_REFUSALS: Final = {
    "not_yours": N_("Borgeren er ikke hos dig længere."),
    "has_it_already": N_("Din kollega har allerede borgeren."),
    "receiver": N_("Din kollega kan ikke få borgere."),
    "offered_already": N_("Borgeren er allerede tilbudt en kollega."),
    "unknown_citizen": N_("Kontoret kender ikke borgeren."),
    "moved_on": N_("Borgeren er givet til en anden i mellemtiden."),
    "already_accepted": N_("Det er allerede besvaret: ja."),
    "already_rejected": N_("Det er allerede besvaret: nej."),
    "already_declined": N_("Det er allerede besvaret: nej."),
    "already_withdrawn": N_("Tilbuddet er trukket tilbage."),
    "already_lapsed": N_("Borgeren er givet til en anden i mellemtiden."),
    "edited_since": N_("Andre har rettet i mellemtiden. Se forskellene igen, og svar på ny."),
    "annulled_since": N_("Det er annulleret i mellemtiden. Se det igen, og svar på ny."),
    "not_author": N_("Kun den, der skrev notatet, kan annullere det."),
    "append_only": N_("Feltet skrives kun én gang."),
    "role": N_("Rollen tillader det ikke."),
}


def why_refused(word: str) -> str:
    """What the office's word means, as a sentence."""
    if word.startswith("unknown_reference"):
        return _("Den hører til noget, der ikke er taget med endnu. Tag det andet med først.")
    known = _REFUSALS.get(word)
    return _(known) if known else _("Kontoret sagde nej ({word}).").format(word=clean(word, limit=40))


def _sentence(notice: Notice) -> str:
    about = notice.about
    code, why, unsent = about.get("call_code") or "–", clean(about.get("why") or ""), about.get("unsent") or 0
    said = _("Borger {code} er slettet på kontoret og er nu også væk herfra.").format(code=code)
    if why:
        said += " " + _("Grund: {why}.").format(why=why.rstrip("."))
    if unsent:
        said += " " + _("{count} ændringer, der ikke var sendt, er slettet med.").format(count=unsent)
    return said


def reason_given(text: str) -> str:
    """A reason that a person typed, cleaned.

    Raises:
        BadUsage: There is none.
    """
    said = clean(text, limit=LONGEST_REASON, multiline=True).strip()
    if not said:
        raise BadUsage(_("Skriv en grund. Intet er gemt."))
    return said


def local(text: str) -> datetime:
    """An instant of the protocol, in Copenhagen."""
    return datetime.fromisoformat(text).astimezone(COPENHAGEN)
