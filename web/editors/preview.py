"""A variant as its readers will get it, for the frame beside the blocks.

The mail is rendered as it would be sent today, with an invented reader's values in its
slots. Light and dark are decided here, not by the browser of whoever looks.
"""

import re

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from newsletter.dispatch.plan import planned_variants
from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue
from newsletter.production.produce import find_variant, produce
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html
from newsletter.rendering.values import RenderedVariant
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import staff_may
from web.editors.words import explain
from web.headers import mail_page
from web.language import gettext as _
from web.language import long_date
from web.session import now, session, settings

pages = Blueprint("desk_preview", __name__)

VIEWS = ("phone", "desktop", "dark", "text")
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
ALWAYS, NEVER = "(min-width:0px)", "(max-width:0px)"


@pages.get("/desk/issues/<int:number>/preview/<variant>")
@staff_may(Act.READ_DESK)
def show(number: int, variant: str) -> ResponseReturnValue:
    try:
        return _preview(number, variant, request.args.get("view", "phone"))
    except (NewsletterError, SubscribersError) as error:
        return not_shown(error)


def not_shown(error: Exception) -> Response:
    """Why, in the frame, where our own error page may not stand."""
    response = mail_page(explain(error), framed=True)
    response.mimetype = "text/plain"
    response.status_code = 422
    return response


def _preview(number: int, variant: str, view: str) -> Response:
    issue = find_issue(session(), number)
    planned = planned_variants(session(), settings(), issue, now=now())
    day = now().astimezone(settings().timezone).date()
    produced = produce(
        session(), settings(), issue, find_variant(planned, variant), day=day
    )
    return as_seen(produced.rendered, view)


def as_seen(rendered: RenderedVariant, view: str) -> Response:
    """A mail as one of VIEWS, for a frame."""
    values = {
        Slot.NAME: _("Anna"),
        Slot.LEAVE_URL: "#",
        Slot.PREFERENCES_URL: "#",
        Slot.SINCE: long_date(now()),
    }
    if view == "text":
        text = MergeTemplate.cut(rendered.text, escape=as_is).fill(values)
        response = mail_page(text, framed=True)
        response.mimetype = "text/plain"
        return response
    html = MergeTemplate.cut(rendered.html, escape=in_html).fill(values)
    return mail_page(_in_light(html, dark=view == "dark"), framed=True)


def _in_light(html: str, *, dark: bool) -> str:
    return _DARK.sub(ALWAYS if dark else NEVER, html)
