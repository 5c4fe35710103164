"""Four eyes: who approved an issue, who is asked to, and what they remarked."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from newsletter.language import LANGUAGES
from newsletter.preflight import Finding, check_issue, look_at_links
from newsletter.staff.roles import Act
from newsletter.workflow import links, remarks
from newsletter.workflow.approval import (
    Standing,
    look_and_approve,
    standing_of,
    withdraw,
)
from newsletter.workflow.errors import Blocked
from subscribers.errors import SubscribersError
from web.auth import me, staff_may
from web.editors.check import jumps
from web.editors.words import explain
from web.language import language
from web.session import house, now, reading, session, settings, signer

pages = Blueprint("desk_approval", __name__)
HERE = "/desk/issues/<int:number>/approval"


@pages.get(HERE)
@staff_may(Act.READ_DESK)
def show(number: int) -> ResponseReturnValue:
    look_at_links(house().database, settings(), number, now=now())
    return _page(number)


@pages.post(f"{HERE}/approve")
@staff_may(Act.APPROVE)
def approve(number: int) -> ResponseReturnValue:
    """Commits by itself: everything is rendered with nothing locked."""
    try:
        look_and_approve(
            house().database,
            settings(),
            number,
            by=me().email,
            seen=request.form.get("seen", ""),
            now=now(),
        )
    except Blocked:
        return _page(number), 422  # which lists what blocks
    except (NewsletterError, SubscribersError) as error:
        return _page(number, wrong=explain(error)), 422
    return _back(number, "approved")


@pages.post(f"{HERE}/withdraw")
@staff_may(Act.APPROVE)
def take_back(number: int) -> ResponseReturnValue:
    withdraw(session(), find_issue(session(), number), by=me().email, now=now())
    return _back(number, "withdrawn")


@pages.post(f"{HERE}/invite")
@staff_may(Act.INVITE)
def invite(number: int) -> ResponseReturnValue:
    typed = request.form
    try:
        with session().begin_nested():
            links.invite(
                session(),
                settings(),
                signer(),
                find_issue(session(), number),
                email=typed.get("email", ""),
                language=typed.get("language", LANGUAGES[0]),
                by=me().email,
                now=now(),
            )
    except (NewsletterError, SubscribersError) as error:
        return _page(number, invite_wrong=explain(error)), 422
    return _back(number, "invited")


@pages.post(f"{HERE}/revoke")
@staff_may(Act.INVITE)
def revoke(number: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    email = request.form.get("email", "")
    links.revoke(session(), issue, email=email, by=me().email, now=now())
    return _back(number, "revoked")


@pages.post(f"{HERE}/remarks")
@staff_may(Act.APPROVE)
def handle(number: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    which = request.form.get("remark", "")
    if which.isascii() and which.isdigit():
        remarks.handle(session(), issue, int(which), by=me().email, now=now())
    return _back(number, "handled")


def _back(number: int, done: str) -> ResponseReturnValue:
    return redirect(url_for(".show", number=number, done=done), 303)


def _page(number: int, *, wrong: str = "", invite_wrong: str = "") -> str:
    issue = find_issue(reading(), number)
    blocking = _blocking(issue)
    standing: Standing | None = None
    try:
        standing = standing_of(reading(), settings(), issue, now=now())
    except (NewsletterError, SubscribersError) as error:
        wrong = wrong or ("" if blocking else explain(error))
    given = standing.given if standing else ()
    said = remarks.remarks_of(reading(), issue)
    return render_template(
        "editors/approval/page.html",
        issue=issue,
        standing=standing,
        blocking=blocking,
        jump=jumps(issue),
        mine=next((one for one in given if one.by == me().email), None),
        links=[one for one in links.links_of(reading(), issue) if not one.revoked_at],
        is_open=lambda link: links.is_open(link, now=now()),
        remarks=[one for one in said if not one.handled_at],
        handled=[one for one in said if one.handled_at],
        block_names=_blocks(issue, standing),
        wrong=wrong,
        invite_wrong=invite_wrong,
        typed=request.form,
        done=request.args.get("done", ""),
    )


def _blocking(issue: Issue) -> tuple[Finding, ...]:
    """What must be mended before anybody approves; nothing once it was started."""
    if issue.frozen_at is not None:
        return ()
    return check_issue(reading(), settings(), issue, now=now()).blocking


def _blocks(issue: Issue, standing: Standing | None) -> dict[str, str]:
    """Of every block that is there its kind and title."""
    titles = standing.made.content.titles if standing else {}
    composition = Composition.of(issue)
    return {
        block.id: ": ".join(
            part for part in (block.label[language()], titles.get(block.id, "")) if part
        )
        for edition in composition.all_editions
        for block in composition.blocks_of(edition.key)
    }
