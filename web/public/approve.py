"""Looking at an issue and approving it, by a secret link and without an account.

GET changes nothing. What is approved is what was looked at: the form carries its hash.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.issues.composition import Composition
from newsletter.issues.errors import IssueFrozen
from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant
from newsletter.production.produce import find_variant, produce
from newsletter.workflow.approval import (
    Standing,
    look_and_approve,
    standing_of,
    withdraw,
)
from newsletter.workflow.content import content_of
from newsletter.workflow.errors import (
    BadRemark,
    Blocked,
    LinkEnded,
    NotAsSeen,
    NothingToWithdraw,
)
from newsletter.workflow.links import link_behind, still_open
from newsletter.workflow.models import ApprovalLink
from newsletter.workflow.remarks import MOST_TEXT, remark, remarks_of
from subscribers.errors import SubscribersError
from web.entrance import with_link
from web.errors import error_page
from web.language import gettext as _
from web.language import language, prefer
from web.mail_views import VIEWS, as_seen, not_shown
from web.session import house, now, reading, session, settings, signer

pages = Blueprint("approve", __name__)
FIELD = "remark:"  # and the id of a block; nothing behind it is the whole issue


@pages.get("/approve/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    link = _link(token)
    return _page(token, link) if link else _no_longer()


@pages.get("/approve/<token>/<variant>")
@with_link
def frame(token: str, variant: str) -> ResponseReturnValue:
    link = _link(token)
    if link is None:
        return not_shown(_("This link no longer works"))
    issue = _issue(link)
    try:
        made = content_of(session(), settings(), issue, now=now())
        planned = find_variant(list(made.planned), variant)
        day = now().astimezone(settings().timezone).date()
        produced = produce(session(), settings(), issue, planned, day=day)
    except (NewsletterError, SubscribersError):
        return not_shown(_cannot_be_shown())
    return as_seen(produced.rendered, request.args.get("view", "phone"))


@pages.post("/approve/<token>")
@with_link
def act(token: str) -> ResponseReturnValue:
    link = _link(token)
    if link is None:
        return _no_longer()
    link_id, issue_id = link.id, link.issue_id
    try:
        done = _remark(link_id, issue_id)
        match request.form.get("do"):
            case "approve":
                done = _approve(link_id, issue_id)
            case "withdraw":
                done = _withdraw(link_id, issue_id)
    except LinkEnded:
        return _no_longer()
    except (NewsletterError, SubscribersError) as error:
        wrong, status = _explain(error)
        return _page(token, link, wrong=wrong), status
    variant, view = request.form.get("variant"), request.form.get("view")
    there = url_for(".show", token=token, done=done, variant=variant, view=view)
    return redirect(f"{there}#done", 303)


def _remark(link_id: int, issue_id: int) -> str:
    """Whatever was typed is kept, also by who approves. Commits."""
    texts = {
        name.removeprefix(FIELD): text
        for name, text in request.form.items()
        if name.startswith(FIELD) and text.strip()
    }
    if texts:
        with house().database.write.begin() as writing:
            link = still_open(writing, link_id, now=now())
            issue = writing.get_one(Issue, issue_id)
            remark(writing, issue, texts, by=link.email, link=link, now=now())
    return "remarked" if texts else "nothing"


def _approve(link_id: int, issue_id: int) -> str:
    with house().database.read() as looking:
        email = still_open(looking, link_id, now=now()).email
        number = looking.get_one(Issue, issue_id).number
    look_and_approve(
        house().database,
        settings(),
        number,
        by=email,
        link_id=link_id,
        seen=request.form.get("seen", ""),
        now=now(),
    )
    return "approved"


def _withdraw(link_id: int, issue_id: int) -> str:
    with house().database.write.begin() as writing:
        link = still_open(writing, link_id, now=now())
        issue = writing.get_one(Issue, issue_id)
        withdraw(writing, issue, by=link.email, link=link, now=now())
    return "withdrawn"


def _link(token: str) -> ApprovalLink | None:
    link = link_behind(reading(), signer(), token, now=now())
    if link is not None:
        prefer(link.language)
    return link


def _issue(link: ApprovalLink) -> Issue:
    return reading().get_one(Issue, link.issue_id)


def _page(token: str, link: ApprovalLink, *, wrong: str = "") -> str:
    issue = _issue(link)
    standing: Standing | None = None
    try:
        standing = standing_of(reading(), settings(), issue, now=now())
    except (NewsletterError, SubscribersError):
        wrong = wrong or _cannot_be_shown()
    planned = standing.made.planned if standing else ()
    variant = next(
        (one for one in planned if one.key == request.values.get("variant")),
        planned[0] if planned else None,
    )
    view = request.values.get("view")
    given = standing.given if standing else ()
    return render_template(
        "public/approve/page.html",
        token=token,
        link=link,
        issue=issue,
        standing=standing,
        variant=variant,
        view=view if view in VIEWS else "desktop",
        views=VIEWS,
        blocks=_blocks(issue, standing, variant),
        mine=next((one for one in given if one.by == link.email), None),
        remarks=[one for one in remarks_of(reading(), issue) if one.by == link.email],
        typed=request.form if wrong else {},
        field=FIELD,
        most=MOST_TEXT,
        wrong=wrong,
        done=request.args.get("done", ""),
    )


def _blocks(
    issue: Issue, standing: Standing | None, variant: PlannedVariant | None
) -> list[tuple[str, str]]:
    """Id and name of what a variant shows, in order."""
    if standing is None or variant is None:
        return []
    titles = standing.made.content.titles
    composition = Composition.of(issue)
    found = []
    for block in composition.visible_of(variant.edition):
        if block.id in variant.blocks:
            kind = block.label[language()]
            title = titles.get(block.id)
            found.append((block.id, f"{kind}: {title}" if title else kind))
    return found


def _explain(error: Exception) -> tuple[str, int]:
    match error:
        case NotAsSeen():
            return _("It was changed since you opened this page. Look once more."), 409
        case Blocked():
            why = " ".join(one.message for one in error.findings.blocking)
            words = _("The editors must mend something first: %(why)s")
            return words % {"why": why}, 422
        case IssueFrozen():
            return _("This issue is on its way already."), 409
        case BadRemark():
            words = _("A remark takes at most %(most)s signs, and plain text only.")
            return words % {"most": MOST_TEXT}, 422
        case NothingToWithdraw():
            return _("There is no approval of yours to take back."), 409
        case _:
            return _cannot_be_shown(), 422


def _cannot_be_shown() -> str:
    return _("A version cannot be made at the moment. The editors are at work on it.")


def _no_longer() -> ResponseReturnValue:
    return error_page(
        404,
        _("This link no longer works"),
        _("Ask the editors for a new one if you still want to look."),
    )
