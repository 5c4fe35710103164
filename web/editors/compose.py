"""Composing: library left, blocks in the middle, what readers get at the right.

One page with everything on it; what is being changed (``?edit=``, ``?new=``) stands in
its own place. Every button is a form, so that it works without JavaScript.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.dispatch.plan import planned_variants
from newsletter.errors import NewsletterError
from newsletter.issues.blocks import BLOCK_TYPES, block_type
from newsletter.issues.blocks.section import fillings
from newsletter.issues.compose import find_issue, set_headings
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY, Edition
from newsletter.issues.errors import BadBlock, BadEdition
from newsletter.issues.models import Issue, IssueVersion
from newsletter.issues.restoring import steps
from newsletter.issues.variants import PlannedVariant
from newsletter.partners.partners import all_partners
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import me, staff_may
from web.editors import autosave, history_view
from web.editors import compose_view as view
from web.editors.audited import my_edit, note_issue
from web.editors.block_form import BlockForm
from web.editors.edition_form import EditionForm, seen
from web.editors.history_view import somebody_else, what
from web.editors.rule_form import RuleChoices
from web.editors.words import explain
from web.language import language
from web.mail_views import VIEWS
from web.session import now, session, settings

pages = Blueprint("desk_compose", __name__)
# What a link on the page carries along; a form that is open is not among it.
KEPT = ("variant", "view", "q", "which")


@dataclass
class Headings:
    """Subject and preheader as typed."""

    subject: str
    preheader: str
    wrong: str = ""


def headings_seen(issue: Issue) -> str:
    return view.fingerprint([issue.subject, issue.preheader])


@pages.get("/desk/issues/<int:number>")
@staff_may(Act.READ_DESK)
def show(number: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    composition = Composition.of(issue)
    edition = _edition(composition)
    form: BlockForm | None = None
    if issue.frozen_at is None:
        form = _asked_form(composition, edition)
    return page(issue, edition=edition.key, form=form)


@pages.post("/desk/issues/<int:number>/headings")
@staff_may(Act.COMPOSE)
def headings(number: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    typed = Headings(request.form.get("subject", ""), request.form.get("preheader", ""))
    if request.form.get("seen") != headings_seen(issue):
        typed.wrong = meanwhile(issue, lambda one: (one.subject, one.preheader))
        return autosave.refused(typed.wrong, 409) or (page(issue, headings=typed), 409)
    try:
        set_headings(
            session(),
            issue,
            subject=typed.subject,
            preheader=typed.preheader,
            edit=my_edit(),
        )
    except NewsletterError as error:
        session().rollback()
        typed.wrong = explain(error)
        again = find_issue(session(), number)
        return autosave.incomplete(typed.wrong) or (page(again, headings=typed), 422)
    if autosave.is_asked():
        return autosave.done(headings_seen(issue))
    note_issue(issue, "subject")
    return redirect(url_for(".show", number=number, _anchor="headings"), 303)


def meanwhile(issue: Issue, part: Callable[[IssueVersion], object]) -> str:
    return history_view.meanwhile(session(), issue, part, me=me().email)


def page(
    issue: Issue,
    *,
    edition: str = BASE_KEY,
    form: BlockForm | None = None,
    headings: Headings | None = None,
    edition_form: EditionForm | None = None,
    wrong: str = "",
) -> str:
    """The compose page, with at most one form open in it."""
    composition = Composition.of(issue)
    shown = composition.edition(edition)
    planned, too_many = _planned(issue)
    which = request.args.get("which", "")
    words = request.args.get("q", "")[:200]
    if edition_form is None and not shown.is_base and request.args.get("edit") == "me":
        edition_form = EditionForm.of(shown)
    found_steps = steps(session(), issue) if issue.frozen_at is None else None
    needs_choices = form is not None or edition_form is not None
    partners, provinces = view.open_editions(session(), composition)
    used = view.used_in(session())
    shelf = view.library(session(), issue, words=words, which=which, used=used)
    return render_template(
        "editors/compose/page.html",
        issue=issue,
        edition=shown,
        is_frozen=issue.frozen_at is not None,
        tabs=view.tabs(session(), composition, planned),
        cards=view.cards(session(), composition, shown, planned),
        form=form,
        controls=form.controls(session()) if form else [],
        rule_choices=RuleChoices.of(session()) if needs_choices else None,
        headings=headings,
        edit_headings=headings is not None or request.args.get("edit") == "headings",
        headings_seen=headings_seen(issue),
        edition_form=edition_form,
        open_partners=partners,
        open_provinces=provinces,
        planned=planned,
        too_many=too_many,
        readers=sum(variant.readers for variant in planned),
        variant=_variant(planned, edition),
        view=_view(),
        views=VIEWS,
        kinds=[(kind.kind, kind.label[language()]) for kind in BLOCK_TYPES],
        shelf=shelf,
        next_at=_next_at(len(shelf.pieces)),
        pieces_in_all=view.library_size(session()),
        q=words,
        which=which,
        partners=all_partners(session()),
        placed=request.args.get("placed", ""),
        moved=request.args.get("moved", ""),
        moved_to=request.args.get("to", ""),
        wrong=wrong,
        undoes=what(session(), issue, found_steps.undoes) if found_steps else "",
        redoes=what(session(), issue, found_steps.redoes) if found_steps else "",
        busy=somebody_else(session(), issue, me=me().email, now=now()),
        sections=fillings(composition.base) if shown.is_base else {},
        choosing="" if form else request.args.get("after", ""),
        here=partial(_here, issue.number, shown.key),
        edition_seen=view.fingerprint(seen(shown)),
    )


def _here(number: int, edition: str, /, **changes: str | None) -> str:
    """The page's own address with some questions changed; None takes one out."""
    kept = {name: request.args[name] for name in KEPT if name in request.args}
    kept["edition"] = "" if edition == BASE_KEY else edition
    asked = {name: value for name, value in {**kept, **changes}.items() if value}
    return url_for("desk_compose.show", number=number, **asked)  # type: ignore[arg-type]


def _next_at(pieces: int) -> int:
    """Where in the library a piece was just placed from: the next one stands there
    now. -1: nowhere."""
    text = request.args.get("at", "")
    at = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
    return min(at, pieces - 1)


def _planned(issue: Issue) -> tuple[list[PlannedVariant], str]:
    """The versions, or why they cannot be said: too many, or for who is gone."""
    try:
        return planned_variants(session(), settings(), issue, now=now()), ""
    except (NewsletterError, SubscribersError) as error:
        return [], explain(error)


def _edition(composition: Composition) -> Edition:
    try:
        return composition.edition(request.args.get("edition", BASE_KEY))
    except BadEdition:
        return composition.edition(BASE_KEY)


def _asked_form(composition: Composition, edition: Edition) -> BlockForm | None:
    if kind := request.args.get("new"):
        try:
            cls = block_type(kind, block="new")
        except BadBlock:
            return None
        return BlockForm.blank(cls, after=request.args.get("after", ""))
    asked = request.args.get("edit")
    for block in composition.blocks_of(edition.key):
        if block.id == asked:
            return BlockForm.of(block, put_in=block.hidden and "put_in" in request.args)
    return None


def _variant(planned: list[PlannedVariant], edition: str) -> PlannedVariant | None:
    asked = request.args.get("variant", "")
    found = next((one for one in planned if one.key == asked), None)
    of_edition = next((one for one in planned if one.edition == edition), None)
    return found or of_edition or (planned[0] if planned else None)


def _view() -> str:
    asked = request.args.get("view", "")
    return asked if asked in VIEWS else VIEWS[0]
