"""A variant as its readers will get it today, for the frame beside the blocks."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from newsletter.dispatch.plan import planned_variants
from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue
from newsletter.production.produce import find_variant, produce
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import staff_may
from web.editors.words import explain
from web.mail_views import as_seen, not_shown
from web.session import now, session, settings

pages = Blueprint("desk_preview", __name__)


@pages.get("/desk/issues/<int:number>/preview/<variant>")
@staff_may(Act.READ_DESK)
def show(number: int, variant: str) -> ResponseReturnValue:
    try:
        return _preview(number, variant, request.args.get("view", "phone"))
    except (NewsletterError, SubscribersError) as error:
        return not_shown(explain(error))


def _preview(number: int, variant: str, view: str) -> Response:
    issue = find_issue(session(), number)
    planned = planned_variants(session(), settings(), issue, now=now())
    day = now().astimezone(settings().timezone).date()
    produced = produce(
        session(), settings(), issue, find_variant(planned, variant), day=day
    )
    return as_seen(produced.rendered, view)
