"""What an issue said before: a step back, a step forward, any version put back."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.issues import restoring
from newsletter.issues.compose import find_issue
from newsletter.issues.errors import ChangedMeanwhile
from newsletter.issues.models import Issue
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import staff_may
from web.editors.audited import my_edit, note_issue
from web.editors.compose import page
from web.editors.history_view import lines
from web.editors.words import explain
from web.language import gettext as _
from web.session import session, settings

pages = Blueprint("desk_history", __name__)
ISSUE = "/desk/issues/<int:number>"


@pages.get(f"{ISSUE}/history")
@staff_may(Act.READ_DESK)
def show(number: int) -> ResponseReturnValue:
    return _list(find_issue(session(), number))


@pages.post(f"{ISSUE}/<any(undo,redo):step>")
@staff_may(Act.COMPOSE)
def take_step(number: int, step: str) -> ResponseReturnValue:
    """From the page as it was seen: what somebody did since is not taken back."""
    issue = find_issue(session(), number)
    work = restoring.undo if step == "undo" else restoring.redo
    try:
        done = work(session(), settings(), issue, edit=my_edit(on=_seen()))
    except ChangedMeanwhile:
        session().rollback()
        wrong = _("Somebody changed this issue meanwhile. Nothing was taken back.")
        return page(find_issue(session(), number), wrong=wrong), 409
    except (NewsletterError, SubscribersError) as error:
        session().rollback()
        return page(find_issue(session(), number), wrong=explain(error)), 422
    note_issue(issue, f"{step} of version {done.version}")
    return redirect(url_for("desk_compose.show", number=number, _anchor="issue"), 303)


@pages.post(f"{ISSUE}/history/<int:version>")
@staff_may(Act.COMPOSE)
def restore(number: int, version: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    try:
        edit = my_edit(on=_seen())
        restoring.restore(session(), settings(), issue, version, edit=edit)
    except (NewsletterError, SubscribersError) as error:
        session().rollback()
        return _list(find_issue(session(), number), wrong=explain(error)), 422
    note_issue(issue, f"restored version {version}")
    return redirect(url_for("desk_compose.show", number=number, _anchor="issue"), 303)


def _seen() -> int:
    """The version the page showed; what is no number is no version there ever was."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _list(issue: Issue, *, wrong: str = "") -> str:
    return render_template(
        "editors/issues/history.html",
        issue=issue,
        lines=lines(session(), issue),
        wrong=wrong,
    )
