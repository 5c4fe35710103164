"""Editions of an issue: add one, give it its own words and readers, take it away."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue, remove_edition, set_edition
from newsletter.issues.composition import Composition
from newsletter.issues.models import IssueVersion
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import staff_may
from web.editors import autosave
from web.editors.audited import my_edit, note_issue
from web.editors.compose import meanwhile, page
from web.editors.compose_view import fingerprint
from web.editors.edition_form import EditionForm, seen
from web.editors.words import explain
from web.session import session, settings

pages = Blueprint("desk_editions", __name__)
EDITIONS = "/desk/issues/<int:number>/editions"


@pages.post(EDITIONS)
@staff_may(Act.COMPOSE)
def add(number: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    kind, _colon, key = request.form.get("for", "").partition(":")
    there = {edition.key for edition in Composition.of(issue).editions}
    if kind in {"partner", "region"} and key not in there:
        set_edition(session(), settings(), issue, {kind: key}, edit=my_edit())
        note_issue(issue, f"added edition {key}")
    return redirect(
        url_for(
            "desk_compose.show",
            number=number,
            edition=key,
            edit="me",
            _anchor="headings",
        ),
        303,
    )


@pages.post(f"{EDITIONS}/<key>")
@staff_may(Act.COMPOSE)
def change(number: int, key: str) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    edition = Composition.of(issue).edition(key)
    form = EditionForm.read(request, edition)
    if request.form.get("seen") != fingerprint(seen(edition)):
        form.wrong["form"] = meanwhile(issue, lambda one: _said(one, key))
        refused = autosave.refused(form.wrong["form"], 409)
        return refused or (page(issue, edition=key, edition_form=form), 409)
    try:
        document = form.laid_over(edition)
        set_edition(session(), settings(), issue, document, edit=my_edit())
    except (NewsletterError, SubscribersError) as error:
        session().rollback()
        form.wrong["form"] = explain(error)
        issue = find_issue(session(), number)
        refused = autosave.incomplete(form.wrong["form"])
        return refused or (page(issue, edition=key, edition_form=form), 422)
    if autosave.is_asked():
        return autosave.done(fingerprint(seen(Composition.of(issue).edition(key))))
    note_issue(issue, f"changed edition {key}")
    there = url_for("desk_compose.show", number=number, edition=key, _anchor="headings")
    return redirect(there, 303)


@pages.post(f"{EDITIONS}/<key>/remove")
@staff_may(Act.COMPOSE)
def remove(number: int, key: str) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    remove_edition(session(), settings(), issue, key, edit=my_edit())
    note_issue(issue, f"removed edition {key}")
    return redirect(url_for("desk_compose.show", number=number), 303)


def _said(version: IssueVersion, key: str) -> list[object]:
    """What the form shows of an edition, as a version of the issue had it."""
    shown = ("subject", "foreword", "audience")
    return [
        [document.get(name) for name in shown]
        for document in version.editions
        if key in {document.get("partner"), document.get("region")}
    ]
