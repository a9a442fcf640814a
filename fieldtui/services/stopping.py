"""A consent that ends stops what was shared on it and has not left this machine, whichever way it ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from fieldtui.base.i18n import _
from fieldtui.domain.consenting import valid_on
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import BridgingNote, Consent
from fieldtui.services.context import Context
from fieldtui.store import Change, Put


def unsent_shares(context: Context, consent: Stored[Consent]) -> list[Stored[BridgingNote]]:
    """What this device's person shared on a consent, and nobody else has got yet."""
    notes: tuple[Stored[BridgingNote], ...] = context.store.all("bridging_note", scope=consent.scope)
    return [
        note
        for note in notes
        if note.rev == 0
        and note.record.shared_with is not None
        and note.record.consent_id == consent.id
        and note.record.share_stopped_at is None
        and note.record.author == context.me.id
    ]


def to_stop(context: Context, changes: Sequence[Change]) -> list[Stored[BridgingNote]]:
    """The shares that wait to be sent on a consent which these changes end; those they stop themselves left out.

    Args:
        context: What the services stand on.
        changes: What is about to be stored: a form, `put` or an annulment may end a consent as well as its withdrawal.
    """
    own = {change.id for change in changes}
    return [
        note
        for change in changes
        if (consent := _ended(context, change)) is not None
        for note in unsent_shares(context, consent)
        if note.id not in own
    ]


def stopped_said(stopped: Iterable[object]) -> tuple[str, ...]:
    """How many shares were stopped, in a sentence; none where none was."""
    count = len(list(stopped))
    if not count:
        return ()
    if count == 1:
        return (_("1 deling, der ventede på at blive sendt, er standset."),)
    return (_("{count} delinger, der ventede på at blive sendt, er standset.").format(count=count),)


def _ended(context: Context, change: Change) -> Stored[Consent] | None:
    """The consent as it stands, where a change ends it; `None` for every other change."""
    if isinstance(change, Put) and (not isinstance(change.record, Consent) or valid_on(change.record, context.today)):
        return None
    stored = context.store.get(change.id)
    return cast("Stored[Consent]", stored) if stored is not None and isinstance(stored.record, Consent) else None
