"""What was put right afterwards, beside what it puts right."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from newsletter.archive.reach import went_out
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.models import Mailing, Variant
from newsletter.issues.blocks.context import running
from newsletter.issues.models import Issue
from newsletter.rendering.environment import fill

_BODY = re.compile(r"<body[^>]*>")


@dataclass(frozen=True)
class PublishedCorrection:
    """One thing put right, with its date."""

    number: int  # within the issue
    issue: int  # the issue's number
    title: str
    language: str
    published_at: datetime
    html: str


def corrections_of_issue(
    session: Session, issue: Issue
) -> tuple[PublishedCorrection, ...]:
    """The first one first."""
    return _published(session, Correction.issue_id == issue.id)


def corrections_of_story(
    session: Session, slugs: Collection[str]
) -> tuple[PublishedCorrection, ...]:
    """In whichever issue the story stood, under whichever of its slugs."""
    return _published(session, Correction.story.in_(slugs))


def with_corrections(
    session: Session, issue: Issue, variant: Variant, *, zone: tzinfo
) -> str:
    """The web version of a variant, led by what was put right in it."""
    own = [
        correction
        for correction in _rows(session, Correction.issue_id == issue.id)
        if variant.id in correction.variants
    ]
    if not own:
        return variant.web
    shown = [_shown(correction) for correction in own]
    days = [one.published_at.astimezone(zone).date() for one in shown]
    values = {"corrections": list(zip(days, shown, strict=True))}
    style = fill(issue.language, ("mail",), "mail/corrections.css", {})
    note = fill(issue.language, ("mail",), "mail/corrections.html.j2", values)
    page = variant.web.replace("</head>", f"<style>{style}</style></head>", 1)
    return _BODY.sub(lambda body: body[0] + note, page, count=1)


def _published(
    session: Session, *which: ColumnElement[bool]
) -> tuple[PublishedCorrection, ...]:
    return tuple(_shown(correction) for correction in _rows(session, *which))


def _rows(session: Session, *which: ColumnElement[bool]) -> Sequence[Correction]:
    return session.scalars(
        select(Correction)
        .join(Mailing, Mailing.id == Correction.mailing_id)
        .where(went_out(), *which)
        .order_by(Mailing.frozen_at, Correction.mailing_id)
    ).all()


def _shown(correction: Correction) -> PublishedCorrection:
    mailing = correction.mailing
    assert mailing.frozen_at is not None  # a correction begins frozen
    return PublishedCorrection(
        number=correction.number,
        issue=mailing.issue.number,
        title=correction.title,
        language=mailing.issue.language,
        published_at=mailing.frozen_at,
        html=running(correction.text).html,
    )
