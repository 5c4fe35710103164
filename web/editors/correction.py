"""Putting something right for whoever had it: what, how it is, a look, and sent."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.dispatch.corrections import send
from newsletter.dispatch.corrections.audience import reach
from newsletter.dispatch.corrections.errors import BadText, NothingToCorrect
from newsletter.dispatch.corrections.known import corrections_of
from newsletter.dispatch.corrections.send import Draft
from newsletter.dispatch.models import Mailing
from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from newsletter.issues.variants import edition_name
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import me, staff_may
from web.editors.correction_view import choices
from web.editors.words import explain
from web.language import gettext as _
from web.mail_views import as_seen, not_shown
from web.session import house, now, session, settings

pages = Blueprint("desk_correction", __name__)
CORRECT = "/desk/issues/<int:number>/correct"


@pages.get(CORRECT)
@staff_may(Act.SEND)
def ask(number: int) -> ResponseReturnValue:
    try:
        return _ask(_mailed(number), item=request.args.get("item", ""))
    except NothingToCorrect:
        return redirect(url_for("desk_mailing.ask", number=number), 303)


@pages.post(CORRECT)
@staff_may(Act.SEND)
def look(number: int) -> ResponseReturnValue:
    """The mail as it would go out, and to how many; sends nothing."""
    mailing = _mailed(number)
    item, text = _typed()
    if request.form.get("do") == "change":
        return _ask(mailing, item=item, text=text)
    try:
        draft = _draft(mailing.issue)
    except (NewsletterError, SubscribersError) as error:
        return _ask(mailing, item=item, text=text, wrong=_where(error)), 422
    zone = settings().timezone
    return render_template(
        "editors/correction/look.html",
        issue=mailing.issue,
        draft=draft,
        reach=reach(session(), mailing, draft.variants, now=now(), zone=zone),
        item=item,
        text=text,
        editions=_editions(mailing.issue, draft),
    )


@pages.post(f"{CORRECT}/mail")
@staff_may(Act.SEND)
def mail(number: int) -> ResponseReturnValue:
    """The mail itself, for the frame. Sends nothing."""
    try:
        draft = _draft(_mailed(number).issue)
    except (NewsletterError, SubscribersError) as error:
        return not_shown(explain(error))
    asked = request.form.get("edition")
    shown = next((one for one in draft.produced if one.edition == asked), None)
    rendered = (shown or draft.produced[0]).rendered
    return as_seen(rendered, request.form.get("view", "phone"))


@pages.post(f"{CORRECT}/send")
@staff_may(Act.SEND)
def go(number: int) -> ResponseReturnValue:
    """Commits by itself, as every start of a mailing does."""
    item, text = _typed()
    try:
        made = send.correct(
            house().database,
            settings(),
            number,
            item,
            text=text,
            by=me().email,
            now=now(),
        )
    except (NewsletterError, SubscribersError) as error:
        wrong = _where(error)
        return _ask(_mailed(number), item=item, text=text, wrong=wrong), 422
    where = url_for("desk_mailing.progress", number=number, correction=made)
    return redirect(where, 303)


def _typed() -> tuple[str, str]:
    return request.form.get("item", ""), request.form.get("text", "")


def _draft(issue: Issue) -> Draft:
    item, text = _typed()
    return send.draft(session(), settings(), issue, item, text, now=now())


def _mailed(number: int) -> Mailing:
    return send.mailing_to_correct(session(), find_issue(session(), number))


def _where(error: Exception) -> dict[str, str]:
    """What is wrong, said at the field it is about."""
    return {"text" if isinstance(error, BadText) else "item": explain(error)}


def _editions(issue: Issue, draft: Draft) -> list[tuple[str, str]]:
    """Those the correction is made for; none to choose from when there is one."""
    composition = Composition.of(issue)
    return [
        (
            one.edition,
            edition_name(session(), composition.edition(one.edition))
            or _("The issue itself"),
        )
        for one in draft.produced
    ]


def _ask(
    mailing: Mailing,
    *,
    item: str = "",
    text: str = "",
    wrong: dict[str, str] | None = None,
) -> str:
    return render_template(
        "editors/correction/ask.html",
        issue=mailing.issue,
        choices=choices(session(), mailing),
        known=corrections_of(session(), mailing.issue),
        item=item,
        text=text,
        most=send.MOST_TEXT,
        wrong=wrong or {},
    )
