"""`/v1/team`: what a team leader sees and does. Everybody else is refused with 403."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from fastapi import APIRouter, Request

from fieldtui.central import leading
from fieldtui.central.acting import Actor, ActRefused
from fieldtui.central.caller import Caller, Refusal
from fieldtui.central.database import Database
from fieldtui.central.team import picture
from fieldtui.wire.team import (
    Acted,
    Approval,
    CodeAnswer,
    CodeRequest,
    HandOver,
    Loss,
    LostSheet,
    Revocation,
    Substitution,
    TeamEnrolment,
    TeamPicture,
    WaitingRequest,
)

T = TypeVar("T")


def router(database: Database) -> APIRouter:
    """The routes, over a database."""
    routes = APIRouter(prefix="/v1/team", tags=["team"])

    @routes.get("", operation_id="team")
    def see(request: Request) -> TeamPicture:
        """The team as it stands: who is where, what is overdue, devices and who waits. No names of citizens."""
        return picture(database, _leader(request).organisation.id)

    @routes.post("/codes", operation_id="team_code")
    def make_code(request: Request, body: CodeRequest) -> CodeAnswer:
        """A code for a colleague's new device."""
        caller = _leader(request)
        return _done(lambda: leading.make_code(database, caller.organisation.name, _actor(caller), body.initials))

    @routes.post("/waiting", operation_id="team_waiting")
    def waiting(request: Request, body: WaitingRequest) -> TeamEnrolment:
        """Which device waits on a code."""
        caller = _leader(request)
        return _done(lambda: leading.waiting(database, caller.organisation.id, body.code))

    @routes.post("/approvals", operation_id="team_approve")
    def approve(request: Request, body: Approval) -> Acted:
        """Let a device in whose words were compared."""
        caller = _leader(request)
        return _done(lambda: leading.approve(database, caller.organisation.id, _actor(caller), body))

    @routes.post("/substitutions", operation_id="team_substitute")
    def substitute(request: Request, body: Substitution) -> Acted:
        """Let colleagues stand in for somebody who is away."""
        caller = _leader(request)
        until = date.fromisoformat(body.until)
        return _done(
            lambda: leading.substitute(database, caller.organisation.id, _actor(caller), body.away, body.covers, until)
        )

    @routes.post("/handovers", operation_id="team_hand_over")
    def hand_over(request: Request, body: HandOver) -> Acted:
        """Give citizens another consultant."""
        caller = _leader(request)
        return _done(lambda: leading.hand_over(database, caller.organisation.id, _actor(caller), body.covers))

    @routes.post("/revocations", operation_id="team_revoke")
    def revoke(request: Request, body: Revocation) -> Acted:
        """Shut a device out."""
        caller = _leader(request)
        return _done(
            lambda: leading.revoke(database, caller.organisation.name, _actor(caller), body.device, body.reason)
        )

    @routes.post("/losses", operation_id="team_lost")
    def lost(request: Request, body: Loss) -> Acted:
        """Note that a device is lost."""
        caller = _leader(request)
        return _done(
            lambda: leading.lose(
                database, caller.organisation.name, _actor(caller), body.device, body.reason, shut_out=body.revoke
            )
        )

    @routes.get("/devices/{device}/lost-sheet", operation_id="team_lost_sheet")
    def lost_sheet(request: Request, device: str) -> LostSheet:
        """What was on a lost device, and what may be lost with it."""
        caller = _leader(request)
        return _done(lambda: leading.lost_sheet(database, caller.organisation.name, _actor(caller), device))

    return routes


def _leader(request: Request) -> Caller:
    caller = request.state.caller
    assert isinstance(caller, Caller)  # noqa: S101  the gate lets nobody else through
    if caller.person.role != "leader":
        raise Refusal("scope-lost", detail="role")
    return caller


def _actor(caller: Caller) -> Actor:
    return Actor(caller.person.id, caller.device_id)


def _done(act: Callable[[], T]) -> T:
    try:
        return act()
    except ActRefused as refused:
        raise Refusal("validation", detail=refused.word) from None
