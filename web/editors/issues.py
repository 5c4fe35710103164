"""All issues, and beginning a new one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from newsletter.dispatch.bundles.known import all_bundles
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind
from newsletter.errors import NewsletterError
from newsletter.issues.compose import all_issues, copy_issue, create_issue, find_issue
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from subscribers.lists import all_lists
from web.auth import staff_may
from web.editors.audited import note_issue
from web.editors.called import called
from web.editors.words import explain
from web.session import now, session

pages = Blueprint("desk_issues", __name__)


@pages.get("/desk/issues/")
@staff_may(Act.READ_DESK)
def show() -> ResponseReturnValue:
    mailings = {
        mailing.issue_id: mailing
        for mailing in session().scalars(
            select(Mailing).where(Mailing.kind == MailingKind.ISSUE)
        )
    }
    return render_template(
        "editors/issues/list.html",
        issues=all_issues(session()),
        mailings=mailings,
        lists=all_lists(session()),
        bundles=[
            (called(session(), bundle), bundle) for bundle in all_bundles(session())
        ],
    )


@pages.get("/desk/issues/new")
@staff_may(Act.COMPOSE)
def new() -> ResponseReturnValue:
    return _form("", "", "")


@pages.post("/desk/issues/new")
@staff_may(Act.COMPOSE)
def create() -> ResponseReturnValue:
    typed = request.form
    try:
        issue = create_issue(
            session(),
            list_slug=typed.get("list", ""),
            subject=typed.get("subject", ""),
            preheader=typed.get("preheader", ""),
            now=now(),
        )
    except (NewsletterError, SubscribersError) as error:
        session().rollback()
        page = _form(
            typed.get("list", ""),
            typed.get("subject", ""),
            typed.get("preheader", ""),
            wrong=explain(error),
        )
        return page, 422
    note_issue(issue, "created")
    return redirect(url_for("desk_compose.show", number=issue.number), 303)


@pages.post("/desk/issues/<int:number>/copy")
@staff_may(Act.COMPOSE)
def copy(number: int) -> ResponseReturnValue:
    made = copy_issue(session(), find_issue(session(), number), now=now())
    note_issue(made, f"copied from {number}")
    return redirect(url_for("desk_compose.show", number=made.number), 303)


def _form(mailing_list: str, subject: str, preheader: str, *, wrong: str = "") -> str:
    return render_template(
        "editors/issues/new.html",
        lists=all_lists(session()),
        mailing_list=mailing_list,
        subject=subject,
        preheader=preheader,
        wrong=wrong,
    )
