"""A device that the central system has shut out, and the organisation's key that decides what becomes of it (decisions 26).

Revoked: the vault closes and keeps everything; what was not sent is sealed to the organisation besides, so that the office
can have it without this device. Whether it is still shut out is asked at each unlock. Only an order signed with the
organisation's own offline key, which the central system does not have, makes the device destroy its keys.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC
from typing import Any, Final

from fieldtui.base.errors import BadUsage, Revoked, Wiped
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.domain.merge import ANNULLED
from fieldtui.services.context import Context
from fieldtui.services.exporting import Exporting
from fieldtui.services.organisationslot import TRUSTED, keep_organisation_slot
from fieldtui.store.inbox import MY_BODY
from fieldtui.store.lease import lease_of
from fieldtui.store.meta import MetaKey
from fieldtui.store.outbox import Outbox
from fieldtui.store.store import Store
from fieldtui.sync.orders import ShutOut
from fieldtui.sync.plan import op_of
from fieldtui.wire.fields import parse_instant
from fieldtui.wire.messages import AnnulOp, Op, PageStart, Person
from fieldtui.wire.organisation import (
    OrganisationKey,
    OrganisationKeyRefused,
    WipeOrder,
    require_order,
    successor_of,
)
from fieldtui.wire.sealed import Pending, PendingChange, PendingDraft, seal_pending

REVOKED: Final = "revoked"


class Shutout:
    """What a device does about its organisation's key, and when it is shut out."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store: Store = context.store

    # --- the organisation's key -----------------------------------------------------------------

    @property
    def key(self) -> OrganisationKey | None:
        """The key that is pinned."""
        text = self._store.meta(MetaKey.ORGANISATION_KEY)
        return None if text is None else OrganisationKey.model_validate_json(text)

    @property
    def obeys(self) -> bool:
        """True where a wipe order by the pinned key is obeyed: it came with the enrolment, or a person confirmed it."""
        return self._store.meta(MetaKey.ORGANISATION_KEY_TRUST) in TRUSTED

    @property
    def refused_key(self) -> str | None:
        """The name of a key that the central system offers and the pinned one does not vouch for: somebody should ask."""
        return self._store.meta(MetaKey.ORGANISATION_KEY_REFUSED)

    def confirm_key(self, words: tuple[str, ...]) -> None:
        """A person has compared the words of a key that came with a sync; from now on it may order a wipe, and opens this vault.

        Raises:
            BadUsage: There is no key, or it has other words.
        """
        key = self.key
        if key is None:
            raise BadUsage(_("Kontoret har ikke sat en organisationsnøgle endnu."))
        if words != key.words:
            raise BadUsage(_("Ordene passer ikke til den nøgle, maskinen kender. Intet er ændret."))
        with self._store.transaction():
            self._store.set_meta(MetaKey.ORGANISATION_KEY_TRUST, "confirmed")
            self._store.audit("organisation_key.confirmed", detail=key.kid)
        keep_organisation_slot(self._context)

    def hear(self, start: PageStart) -> None:
        """The first line of a page, before the page is applied: pin a key that is new, follow one that is vouched for."""
        self.hear_keys(start.organisation_keys or ())

    def hear_keys(self, offered: tuple[OrganisationKey, ...]) -> None:
        """What the central system says its keys are, oldest first."""
        if not offered:
            return
        pinned = self.key
        # A key that nobody has compared yet is no more than what the central system said last.
        newest = offered[-1] if pinned is None or not self.obeys else successor_of(pinned, offered)
        if newest is not None and (pinned is None or newest.kid != pinned.kid):
            with self._store.transaction():
                self._store.set_meta(MetaKey.ORGANISATION_KEY, newest.model_dump_json())
                self._store.set_meta(MetaKey.ORGANISATION_KEY_REFUSED, None)
                if pinned is None:
                    self._store.set_meta(MetaKey.ORGANISATION_KEY_TRUST, "told")
                self._store.audit("organisation_key", detail=newest.kid)
            keep_organisation_slot(self._context)
        offer = offered[-1].kid
        if (newest is None or newest.kid != offer) and self.refused_key != offer:
            with self._store.transaction():
                self._store.set_meta(MetaKey.ORGANISATION_KEY_REFUSED, offer)
                self._store.audit("organisation_key.refused", detail=offer)

    # --- shut out -------------------------------------------------------------------------------

    @property
    def locked(self) -> bool:
        """True where the central system has shut this device out and nobody has heard otherwise."""
        return self._store.meta(MetaKey.LOCKED_REASON) == REVOKED

    def after(self, told: Revoked) -> Revoked:
        """What to raise after a proven answer shut this device out; until then it is locked, or wiped.

        Raises:
            DiskFull, Busy: It is not remembered; the next contact says so again.
        """
        if isinstance(told, ShutOut) and told.order is not None:
            self.hear_keys(told.keys)
            if self._genuine(told.order):
                return self.obey(told.order)
        return self._lock()

    def obey(self, order: WipeOrder) -> Wiped:
        """Carry out an order that was proven; what is to be raised afterwards."""
        self._store.set_meta(MetaKey.WIPE_ORDER, order.model_dump_json())
        return self.carry_out()

    def carry_out(self) -> Wiped:
        """Destroy the vault and the lists that were made from it."""
        order = WipeOrder.model_validate_json(self._store.meta(MetaKey.WIPE_ORDER) or "")
        if order.push_first:
            self._seal()
        Exporting(self._context).remove_all()
        event("wipe.obeyed", nonce=order.nonce)
        self._store.vault.erase()
        return Wiped()

    @property
    def ordered(self) -> bool:
        """True where a proven order waits to be carried out."""
        return self._store.meta(MetaKey.WIPE_ORDER) is not None

    def wants_wipe(self, order: WipeOrder) -> bool:
        """True where an order that came with a page is to be carried out, now that everything was sent."""
        return order.push_first and self._genuine(order)

    def let_in(self) -> None:
        """The central system has answered as to any other device: open again; what was sealed lies in the vault too."""
        name = self._store.meta(MetaKey.SEALED_FILE)
        with self._store.transaction():
            self._store.set_meta(MetaKey.LOCKED_REASON, None)
            self._store.set_meta(MetaKey.SEALED_FILE, None)
            self._store.audit("restored")
        if name is not None:
            with contextlib.suppress(FileNotFoundError):
                (self._store.vault.folder / "vault" / name).unlink()

    def revoked(self) -> Revoked:
        """The error to raise while this device is shut out."""
        name = self._store.meta(MetaKey.SEALED_FILE)
        return Revoked(sealed=str(self._store.vault.folder / "vault" / name) if name else "")

    # --- inside ---------------------------------------------------------------------------------

    def _genuine(self, order: WipeOrder) -> bool:
        """True where the organisation's own key orders this device, now; anything else is written to the access log."""
        key = self.key
        device_id = self._store.meta(MetaKey.DEVICE_ID) or ""
        why = "unconfirmed"
        if key is None:
            why = "no-key"
        elif self.obeys:
            try:
                # Past its time by either clock: what the central system says the time is must not bring an old order back.
                now = max(lease_of(self._store).now, self._context.clock.now())
                require_order(order, key, device_id=device_id, now=now)
            except OrganisationKeyRefused as refused:
                why = str(refused)
            else:
                self._store.audit("wipe.order", detail=order.nonce)
                return True
        event("wipe.refused", why=why)
        self._store.audit("wipe.refused", detail=why)
        return False

    def _lock(self) -> Revoked:
        if not self.locked or self._store.meta(MetaKey.SEALED_FILE) is None:
            name = self._sealed_or_kept()
            with self._store.transaction():
                self._store.set_meta(MetaKey.LOCKED_REASON, REVOKED)
                self._store.set_meta(MetaKey.SEALED_FILE, name)
                self._store.audit("revoked", detail=None if name is None else "sealed")
        return self.revoked()

    def _sealed_or_kept(self) -> str | None:
        """The sealed file's name; where there is no room for it the vault keeps everything, and the next time it is tried again."""
        try:
            return self._seal()
        except OSError as error:
            event("seal.failed", errno=error.errno or 0)
            return None

    def _seal(self) -> str | None:
        """Seal what was not sent; the file's name, or `None` where there is nothing or nobody to seal it to."""
        key = self.key
        pending = self.pending()
        if key is None or not (pending.changes or pending.drafts):
            return None
        sealed = seal_pending(pending, key, vault_id=self._store.vault.vault_id)
        stamp = parse_instant(pending.sealed_at).strftime("%Y%m%dT%H%M%S")
        name = f"sealed-{pending.device_id[:8]}-{stamp}.json"
        write_atomically(self._store.vault.folder / "vault" / name, sealed.data())
        return name

    def pending(self) -> Pending:
        """Everything that the central system has not taken."""
        consultant = self._store.meta(MetaKey.CONSULTANT)
        return Pending(
            organisation_id=self._store.meta(MetaKey.ORGANISATION_ID) or "",
            device_id=self._store.meta(MetaKey.DEVICE_ID) or "",
            consultant=Person.model_validate_json(consultant or "{}"),
            sealed_at=lease_of(self._store).now.astimezone(UTC).isoformat(timespec="seconds"),
            changes=(*self._entries(), *self._conflicts()),
            drafts=tuple(
                PendingDraft(
                    kind=draft.kind, subject=draft.subject_id, saved_at=draft.saved_at.isoformat(), text=draft.text
                )
                for draft in self._store.drafts.all()
            ),
        )

    def _entries(self) -> list[PendingChange]:
        return [
            PendingChange(
                state="rejected" if entry.state == "rejected" else "waiting",
                reason=entry.reason,
                label=self._label(entry.record_id),
                scope=entry.scope,
                op=op_of(entry),
            )
            for entry in Outbox(self._store).all("waiting", "rejected")
        ]

    def _conflicts(self) -> list[PendingChange]:
        """This device's side of what nobody has decided, each as the change that deciding for it would make."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT c.id, c.record_id, c.collection, c.scope, c.fields, c.mine, c.mine_at, c.created_at, r.rev, r.body"
                " FROM conflict c JOIN record r ON r.id = c.record_id WHERE c.resolved_at IS NULL ORDER BY c.id"
            ).fetchall()
        return [
            PendingChange(
                state="conflict",
                label=self._label(row[1]),
                scope=row[3],
                op=_mine(
                    row[0], row[2], row[1], json.loads(row[4]), json.loads(row[5]), row[6] or row[7], row[8], row[9]
                ),
            )
            for row in rows
        ]

    def _label(self, record_id: str) -> str:
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT label FROM history WHERE record_id = ? ORDER BY seq DESC LIMIT 1", (record_id,)
            ).fetchone()
        return str(found[0]) if found else ""


def _mine(
    op_id: str, collection: str, record_id: str, fields: list[str], mine: dict[str, Any], at: str, rev: int, body: str
) -> Op:
    bare: dict[str, Any] = {
        "op_id": op_id,
        "collection": collection,
        "id": record_id,
        "base_rev": rev,
        "recorded_at": at,
    }
    if fields == [ANNULLED] and mine.get(ANNULLED):
        return Op(**bare, annul=AnnulOp(reason=str(mine[ANNULLED]["reason"])))
    held: dict[str, Any] = json.loads(body)
    if fields == [ANNULLED]:
        return Op(**bare, body={**held, **mine.get(MY_BODY, {})})
    kept = {name: value for name, value in held.items() if name not in fields}
    return Op(**bare, body=kept | {name: mine[name] for name in fields if mine.get(name) is not None})
