"""Sending: ask once more, start, watch, stop, and the receipt."""

from datetime import datetime

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.dispatch import mailings, settling
from newsletter.dispatch import receipt as receipts
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.errors import AlreadyStarted, NoMailing
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.naming import find_mailed
from newsletter.dispatch.plan import planned_variants
from newsletter.dispatch.progress import progress as progress_of
from newsletter.dispatch.receipt import find_mailing
from newsletter.dispatch.schedule import read_moment
from newsletter.dispatch.settling import Outcome
from newsletter.dispatch.standstill import why_it_stands
from newsletter.dispatch.states import MailingState
from newsletter.dispatch.testmail import send_test
from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue
from newsletter.preflight import Findings, check_issue, look_at_links
from newsletter.staff.roles import Act
from newsletter.workflow.approval import Standing, standing_of
from newsletter.workflow.remarks import open_remarks
from subscribers.errors import SubscribersError
from web.auth import me, staff_may
from web.editors.called import called
from web.editors.mailing_view import counts_of, in_words, say_reason
from web.editors.receipt_view import receipt_view
from web.editors.words import explain
from web.editors.words import number as say_number
from web.language import gettext as _
from web.session import house, now, session, settings, signer

pages = Blueprint("desk_mailing", __name__)
ISSUE = "/desk/issues/<int:number>"
# Watched and steered alike.
CORRECTION = f"{ISSUE}/corrections/<int:correction>"
BUNDLE = "/desk/issues/<bundle:number>"


@pages.get(f"{ISSUE}/send")
@staff_may(Act.READ_DESK)
def ask(number: int) -> ResponseReturnValue:
    look_at_links(house().database, settings(), number, now=now())
    issue = find_issue(session(), number)
    if _mailing(issue) is not None and issue.frozen_at is not None:
        return redirect(url_for(".progress", number=number), 303)
    return _ask(issue)


@pages.post(f"{ISSUE}/start")
@staff_may(Act.SEND)
def start(number: int) -> ResponseReturnValue:
    """Freeze and let the worker send, now or at a moment. Commits by itself."""
    database = house().database
    try:
        with database.read() as reading:
            issue = find_issue(reading, number)
            # Before what was changed: there is nothing to look at once more.
            mailings.require_first(reading, settings(), issue)
            _same_as_seen(issue)
        at = _moment()
        mailings.start_now_or_at(
            database, settings(), number, by=me().email, at=at, now=now()
        )
    except AlreadyStarted as error:
        issue = find_issue(session(), number)
        page = "editors/mailing/started.html"
        return render_template(page, issue=issue, said=explain(error)), 409
    except (NewsletterError, SubscribersError) as error:
        return _ask(find_issue(session(), number), wrong=explain(error)), 422
    return redirect(url_for(".progress", number=number), 303)


class LookAgain(NewsletterError):
    """The issue changed since the page with the button was opened."""


def _same_as_seen(issue: Issue) -> None:
    if request.form.get("version") != str(issue.version):
        raise LookAgain(
            _("This issue was changed since you opened this page. Look once more.")
        )


def _moment() -> datetime | None:
    if request.form.get("when") != "later":
        return None
    text = f"{request.form.get('day', '')}T{request.form.get('time', '')}"
    return read_moment(text, timezone=settings().timezone, now=now())


@pages.post(f"{ISSUE}/test")
@staff_may(Act.TEST)
def test(number: int) -> ResponseReturnValue:
    """Commits by itself: it waits for the provider with no transaction open."""
    typed = request.form
    try:
        send_test(
            house().database,
            settings(),
            signer(),
            number,
            to=typed.get("to", ""),
            variant=typed.get("variant") or None,
            by=me().email,
            now=now(),
        )
    except (NewsletterError, SubscribersError) as error:
        issue = find_issue(session(), number)
        return _ask(issue, test_wrong=explain(error)), 422
    return redirect(
        url_for(".ask", number=number, tested=typed.get("variant"), _anchor="test"), 303
    )


@pages.get(f"{ISSUE}/progress")
@pages.get(f"{CORRECTION}/progress")
@pages.get(f"{BUNDLE}/progress")
@staff_may(Act.READ_DESK)
def progress(number: int | str, correction: int | None = None) -> ResponseReturnValue:
    which = find_mailed(session(), number, correction)
    try:
        mailing = find_mailing(session(), which)
    except NoMailing:
        return redirect(url_for(".ask", number=number), 303)
    found = progress_of(session(), mailing, now=now())
    return render_template(
        "editors/mailing/progress.html",
        issue=mailing.issue,
        called=called(session(), which),
        number=number,
        correction=which if isinstance(which, Correction) else None,
        mailing=mailing,
        progress=found,
        said=in_words(found),
        counts=counts_of(found),
        refusals=receipts.why_refused(session(), mailing) if found.refused else [],
        provider=settings().provider,
        settled=request.args.get("settled", ""),
    )


@pages.get(f"{ISSUE}/progress.json")
@pages.get(f"{CORRECTION}/progress.json")
@pages.get(f"{BUNDLE}/progress.json")
@staff_may(Act.READ_DESK)
def progress_json(
    number: int | str, correction: int | None = None
) -> ResponseReturnValue:
    """The same for the page that stays open."""
    mailing = find_mailing(session(), find_mailed(session(), number, correction))
    found = progress_of(session(), mailing, now=now())
    return jsonify(
        state=found.state,
        percent=found.percent,
        done=found.done,
        prepared=found.prepared,
        over=found.is_over,
        said=in_words(found),
        counts=[[line.words, say_number(line.count)] for line in counts_of(found)],
    )


@pages.post(f"{ISSUE}/<any(pause,resume,cancel,retry):act>")
@pages.post(f"{CORRECTION}/<any(pause,resume,cancel,retry):act>")
@pages.post(f"{BUNDLE}/<any(pause,resume,cancel,retry):act>")
@staff_may(Act.SEND)
def steer(
    number: int | str, act: str, correction: int | None = None
) -> ResponseReturnValue:
    by, moment = me().email, now()
    watch = url_for(".progress", number=number, correction=correction)
    if act == "resume":
        # Commits by itself: it may wait for the links, with nothing locked.
        database = house().database
        mailings.look_and_resume(
            database, settings(), number, correction, by=by, now=moment
        )
        return redirect(watch, 303)
    which = find_mailed(session(), number, correction)
    match act:
        case "pause":
            mailings.pause(session(), which, by=by, now=moment)
        case "cancel":
            mailings.cancel(session(), which, by=by, now=moment)
        case _:
            mailings.retry(session(), which, by=by, now=moment)
    return redirect(watch, 303)


@pages.post(f"{ISSUE}/settle/<any(sent,again,leave):outcome>")
@pages.post(f"{CORRECTION}/settle/<any(sent,again,leave):outcome>")
@pages.post(f"{BUNDLE}/settle/<any(sent,again,leave):outcome>")
@staff_may(Act.SEND)
def settle(
    number: int | str, outcome: str, correction: int | None = None
) -> ResponseReturnValue:
    """What a person makes of everyone in doubt."""
    which = find_mailed(session(), number, correction)
    settling.settle(session(), which, Outcome(outcome), by=me().email, now=now())
    watch = url_for(".progress", number=number, correction=correction, settled=outcome)
    return redirect(watch, 303)


@pages.get(f"{ISSUE}/receipt")
@pages.get(f"{BUNDLE}/receipt")
@staff_may(Act.READ_DESK)
def receipt(number: int | str) -> ResponseReturnValue:
    which = find_mailed(session(), number)
    assert not isinstance(which, Correction)  # none is named in the address
    try:
        mailing = find_mailing(session(), which)
    except NoMailing:
        return redirect(url_for(".ask", number=number), 303)
    name = called(session(), which)
    return render_template(
        "editors/mailing/receipt.html",
        issue=mailing.issue,
        called=name,
        number=number,
        mailing=mailing,
        receipt=receipt_view(
            session(), mailing.issue, name, receipts.receipt(session(), which)
        ),
        stands=say_reason(why_it_stands(session(), mailing, now=now())),
    )


def _mailing(issue: Issue) -> Mailing | None:
    try:
        return find_mailing(session(), issue)
    except NoMailing:
        return None


def _standing(issue: Issue, findings: Findings) -> Standing | None:
    """Who approved; None while it cannot go out for other reasons."""
    if findings.blocking:
        return None
    return standing_of(session(), settings(), issue, now=now())


def _ask(issue: Issue, *, wrong: str = "", test_wrong: str = "") -> str:
    planned = planned_variants(session(), settings(), issue, now=now())
    counted = receipts.planned(session(), settings(), issue, now=now())
    findings = check_issue(session(), settings(), issue, now=now())
    return render_template(
        "editors/mailing/ask.html",
        issue=issue,
        planned=planned,
        counted=counted,
        findings=findings,
        standing=_standing(issue, findings),
        remarks=open_remarks(session(), issue),
        is_scheduled=MailingState.SCHEDULED,
        wrong=wrong,
        test_wrong=test_wrong,
        test_to=request.form.get("to", me().email),
        test_variant=request.form.get("variant", request.args.get("tested", "")),
        tested=request.args.get("tested"),
        when=request.form.get("when", "now"),
        day=request.form.get("day", ""),
        time=request.form.get("time", "10:00"),
        hours=settings().pace.hours,
        provider=settings().provider,
    )
