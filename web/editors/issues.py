"""All issues, and beginning a new one."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from newsletter.dispatch.bundles.known import all_bundles
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind
from newsletter.errors import NewsletterError
from newsletter.issues.beginning import (
    copy_issue,
    create_issue,
    make_from,
    make_like,
)
from newsletter.issues.compose import all_issues, find_issue
from newsletter.issues.templates import (
    all_templates,
    keep_template,
    remove_template,
)
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from subscribers.lists import all_lists
from web.auth import me, staff_may
from web.editors.audited import note_issue
from web.editors.called import called
from web.editors.words import explain
from web.language import gettext as _
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
            by=me().email,
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
    issue = find_issue(session(), number)
    made = copy_issue(session(), issue, by=me().email, now=now())
    note_issue(made, f"copied from {number}")
    return redirect(url_for("desk_compose.show", number=made.number), 303)


@pages.post("/desk/issues/<int:number>/next")
@staff_may(Act.COMPOSE)
def make_next(number: int) -> ResponseReturnValue:
    """The next issue with this one as its template."""
    issue = find_issue(session(), number)
    made = make_like(session(), issue, by=me().email, now=now())
    note_issue(made, f"made like {number}")
    return redirect(url_for("desk_compose.show", number=made.number), 303)


@pages.post("/desk/issues/templates")
@staff_may(Act.COMPOSE)
def keep() -> ResponseReturnValue:
    """Keep the build of an issue under a name."""
    text = request.form.get("number", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    issue = find_issue(session(), number)
    try:
        name = request.form.get("name", "")
        kept = keep_template(session(), issue, name=name, by=me().email, now=now())
    except NewsletterError:
        session().rollback()
        wrong = _("Give the template a name, in at most 60 signs.")
        return _form("", "", "", template_wrong=wrong), 422
    note_issue(issue, f"kept as template {kept.name}")
    return redirect(url_for(".new", kept=kept.name, _anchor="templates"), 303)


@pages.post("/desk/issues/templates/<int:template>/<any(begin,remove):act>")
@staff_may(Act.COMPOSE)
def use_template(template: int, act: str) -> ResponseReturnValue:
    found = next((one for one in all_templates(session()) if one.id == template), None)
    if found is None:
        abort(404)
    if act == "remove":
        remove_template(session(), found)
        return redirect(url_for(".new", _anchor="templates"), 303)
    made = make_from(session(), found, by=me().email, now=now())
    note_issue(made, f"made from template {found.name}")
    return redirect(url_for("desk_compose.show", number=made.number), 303)


def _form(
    mailing_list: str,
    subject: str,
    preheader: str,
    *,
    wrong: str = "",
    template_wrong: str = "",
) -> str:
    return render_template(
        "editors/issues/new.html",
        lists=all_lists(session()),
        mailing_list=mailing_list,
        subject=subject,
        preheader=preheader,
        wrong=wrong,
        issues=all_issues(session()),
        templates=all_templates(session()),
        kept=request.args.get("kept", ""),
        template_wrong=template_wrong,
    )
