"""Versions beside blocks, and the issue through one invented person's eyes."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from newsletter.dispatch.plan import planned_variants
from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue
from newsletter.issues.composition import Composition
from newsletter.issues.matrix import matrix
from newsletter.issues.models import Issue
from newsletter.issues.seen_by import seen_by
from newsletter.production.produce import produce
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from subscribers.segments.invented import Person
from web.auth import staff_may
from web.editors.compose_view import cards
from web.editors.rule_form import RuleChoices
from web.editors.words import explain
from web.language import language
from web.mail_views import VIEWS, as_seen, not_shown
from web.session import now, session, settings

pages = Blueprint("desk_versions", __name__)
ISSUE = "/desk/issues/<int:number>"


@dataclass(frozen=True)
class Eyes:
    """Whose: what was chosen in the form."""

    region: str = ""
    role: str = ""
    partner: str = ""
    language: str = ""

    @classmethod
    def read(cls) -> "Eyes":
        return cls(*(request.args.get(name, "") for name in vars(cls())))

    def person(self, issue: Issue) -> Person:
        today = now().astimezone(settings().timezone).date()
        return Person(
            today=today,
            region=self.region or None,
            roles=frozenset({self.role} - {""}),
            partners=frozenset({self.partner} - {""}),
            lists=frozenset({issue.mailing_list.slug}),
            language=self.language or None,
        )


@pages.get(f"{ISSUE}/versions")
@staff_may(Act.READ_DESK)
def show(number: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    composition = Composition.of(issue)
    try:
        planned, wrong = planned_variants(session(), settings(), issue, now=now()), ""
    except (NewsletterError, SubscribersError) as error:
        planned, wrong = [], explain(error)
    eyes = Eyes.read()
    asked = "role" in request.args
    found = seen_by(session(), issue, eyes.person(issue), language=language())
    names = {
        card.id: f"{card.kind} {card.title}".strip()
        for edition in composition.all_editions
        for card in cards(session(), composition, edition, planned)
    }
    view = request.args.get("view", "")
    return render_template(
        "editors/issues/versions.html",
        issue=issue,
        matrix=matrix(composition, planned, subject=issue.subject),
        names=names,
        readers=sum(variant.readers for variant in planned),
        wrong=wrong,
        eyes=eyes,
        asked=asked,
        found=found,
        known=next((one for one in planned if found and one.key == found.key), None),
        choices=RuleChoices.of(session()),
        view=view if view in VIEWS else VIEWS[0],
    )


@pages.get(f"{ISSUE}/versions/seen")
@staff_may(Act.READ_DESK)
def seen(number: int) -> ResponseReturnValue:
    """The mail that person would get, for a frame."""
    issue = find_issue(session(), number)
    try:
        found = seen_by(session(), issue, Eyes.read().person(issue))
        if found is None:
            return "", 204
        day = now().astimezone(settings().timezone).date()
        produced = produce(session(), settings(), issue, found, day=day)
    except (NewsletterError, SubscribersError) as error:
        return not_shown(explain(error))
    return as_seen(produced.rendered, request.args.get("view", ""))
