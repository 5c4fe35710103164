"""Where providers report: signed by them, stored at once, applied later by a job."""

import logging

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from newsletter.dispatch.returns.store import store
from newsletter.providers.base import ProviderMisconfigured
from newsletter.providers.sendgrid import events, signature
from web.entrance import with_signature
from web.session import now, session, settings

pages = Blueprint("webhooks", __name__)
log = logging.getLogger(__name__)


@pages.post("/webhooks/sendgrid")
@with_signature
def sendgrid() -> ResponseReturnValue:
    """204 once the events are stored; SendGrid repeats for a day until it gets a 2xx.

    403 without a body when the signature is missing or wrong.
    """
    # The raw bytes: what is signed includes the line end behind the JSON.
    body = request.get_data(cache=True)
    if not _is_theirs(body):
        return Response(status=403)
    try:
        reported = events.read_events(body, now=now())
    except events.NotEvents:
        log.warning("webhook=sendgrid bytes=%d not events", len(body))
        return Response(status=400)
    new = store(session(), "sendgrid", reported, now=now())
    log.info("webhook=sendgrid events=%d new=%d", len(reported), new)
    return Response(status=204)  # after_request commits before anything is answered


def _is_theirs(body: bytes) -> bool:
    try:
        keys = signature.read_keys(settings().environment)
    except ProviderMisconfigured as error:
        log.error("%s", error)
        return False
    return signature.is_signed(
        body,
        signature=request.headers.get(signature.SIGNATURE_HEADER),
        timestamp=request.headers.get(signature.TIMESTAMP_HEADER),
        keys=keys,
        now=now(),
    )
