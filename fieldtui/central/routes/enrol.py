"""`/v1/enrol`: a new device asks to be tied to a consultant, and asks again until somebody approved it."""

from __future__ import annotations

from fastapi import APIRouter, Request

from fieldtui.central.caller import Refusal
from fieldtui.central.database import Database
from fieldtui.central.enrolling import CodeRefused, TooManyTries, answer
from fieldtui.wire.messages import EnrolRequest, EnrolResponse


def router(database: Database) -> APIRouter:
    """The route, over a database."""
    routes = APIRouter(prefix="/v1", tags=["enrolment"])

    @routes.post("/enrol", operation_id="enrol")
    def enrol(request: Request, body: EnrolRequest) -> EnrolResponse:
        """Enrol the device that signed this request with the key it carries."""
        try:
            organisation, result = answer(
                database, body, key_text=request.state.key_text, address=request.state.address
            )
        except CodeRefused:
            raise Refusal("code") from None
        except TooManyTries as wait:
            raise Refusal("rate-limited", retry_after=wait.seconds) from None
        request.state.organisation = organisation
        return result

    return routes
