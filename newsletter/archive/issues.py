"""Published issues, newest first, and the web version of each variant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from newsletter.archive.corrections import (
    PublishedCorrection,
    corrections_of_issue,
    with_corrections,
)
from newsletter.archive.reach import went_out
from newsletter.dispatch.models import Mailing, Variant
from newsletter.dispatch.states import MailingKind
from newsletter.issues.models import Issue
from newsletter.library.models import LibraryItem
from newsletter.library.stories import items_of
from newsletter.partners.models import Partner
from subscribers import regions
from subscribers.models import Region

BASE = "base"
NAME = "{naam}"
EVERYONE = {"nl": "lezer", "en": "reader"}  # who a subject greets in the archive


@dataclass(frozen=True)
class EditionLink:
    """One way to read the issue: the base, or a partner's or region's edition."""

    key: str  # of the variant shown for it
    name: str | None  # None is the base


@dataclass(frozen=True)
class PublishedIssue:
    """One line of the archive."""

    number: int
    subject: str
    preheader: str
    language: str
    list_name: str
    published_at: datetime
    editions: tuple[EditionLink, ...]
    stories: tuple[LibraryItem, ...]
    corrections: tuple[PublishedCorrection, ...]


@dataclass(frozen=True)
class Page:
    """The web version of a variant: whole HTML, nothing personal in it."""

    html: str
    canonical: str  # the key of the page it stands for


def published(session: Session, *, limit: int = 1000) -> list[PublishedIssue]:
    """Issues whose mailing went out, newest first."""
    mailings = list(
        session.scalars(
            _of_issues()
            .order_by(Mailing.frozen_at.desc(), Mailing.id.desc())
            .limit(limit)
        )
    )
    return [_published_issue(session, mailing) for mailing in mailings]


def find_issue(session: Session, number: int) -> PublishedIssue | None:
    """One issue; None when it is not there or not published."""
    mailing = session.scalar(_of_issues().where(Issue.number == number))
    return _published_issue(session, mailing) if mailing else None


def find_page(
    session: Session, number: int, variant_key: str, *, zone: tzinfo
) -> Page | None:
    """A variant of the issue with what was put right in it, or a correction itself."""
    row = session.execute(
        select(Variant, Mailing)
        .join(Mailing, Mailing.id == Variant.mailing_id)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(
            Issue.number == number,
            Variant.key == variant_key,
            Mailing.kind != MailingKind.BUNDLE,  # has pages of its own
            Mailing.frozen_at.is_not(None),
            went_out(),
        )
        # Should an edition be called as a correction is, the issue's page stays.
        .order_by(Mailing.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    variant, mailing = row
    if mailing.kind is MailingKind.CORRECTION:
        return Page(variant.web, variant.key)
    html = with_corrections(session, mailing.issue, variant, zone=zone)
    issue = _published_issue(session, mailing)
    return Page(html, canonical_key(issue) or variant.key)


def canonical_key(issue: PublishedIssue) -> str | None:
    """The variant the others point to: the base, else the first there is."""
    return issue.editions[0].key if issue.editions else None


def slugs_in(issue: Issue) -> Iterator[str]:
    """The library pieces an issue's blocks show, in order; editions' own come last."""
    own = [entry["block"] for edition in issue.editions for entry in _entries(edition)]
    for block in [*issue.blocks, *own]:
        slug = block.get("story")
        if isinstance(slug, str) and not block.get("hidden"):
            yield slug


def published_issues(session: Session) -> Sequence[Issue]:
    """Every issue that is published, oldest first."""
    return session.scalars(
        select(Issue)
        .join(Mailing, Mailing.issue_id == Issue.id)
        .where(
            Mailing.kind == MailingKind.ISSUE,
            Mailing.frozen_at.is_not(None),
            went_out(),
        )
        .order_by(Mailing.frozen_at, Issue.id)
    ).all()


def _entries(edition: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in edition.get("blocks", ()) if "block" in entry]


def _of_issues() -> Select[Mailing]:
    """The mailings of issues that are published."""
    return (
        select(Mailing)
        .join(Mailing.issue)
        .where(
            Mailing.kind == MailingKind.ISSUE,
            Mailing.frozen_at.is_not(None),
            went_out(),
        )
    )


def _published_issue(session: Session, mailing: Mailing) -> PublishedIssue:
    issue = mailing.issue
    assert mailing.frozen_at is not None
    return PublishedIssue(
        number=issue.number,
        subject=issue.subject.replace(NAME, EVERYONE.get(issue.language, "lezer")),
        preheader=issue.preheader,
        language=issue.language,
        list_name=issue.mailing_list.name,
        published_at=mailing.frozen_at,
        editions=_editions(session, mailing),
        stories=_stories(session, list(dict.fromkeys(slugs_in(issue)))),
        corrections=corrections_of_issue(session, issue),
    )


def _editions(session: Session, mailing: Mailing) -> tuple[EditionLink, ...]:
    """Base first, then the others in the order they were rendered."""
    # The one named after its edition, which most readers got; else the fullest.
    shown: dict[str, tuple[bool, int, str]] = {}
    for key, edition, blocks in session.execute(
        select(Variant.key, Variant.edition, Variant.blocks)
        .where(Variant.mailing_id == mailing.id)
        .order_by(Variant.id)
    ):
        fitness = (key == edition, len(blocks), key)
        if edition not in shown or fitness[:2] > shown[edition][:2]:
            shown[edition] = fitness
    links = [
        EditionLink(key, None if edition == BASE else _edition_name(session, edition))
        for edition, (*_, key) in shown.items()
    ]
    return tuple(sorted(links, key=lambda link: link.name is not None))


def _edition_name(session: Session, edition: str) -> str:
    partner = session.scalar(select(Partner.name).where(Partner.slug == edition))
    if partner:
        return partner
    if session.get(Region, edition):
        return regions.name_of(session, edition)
    return edition


def _stories(session: Session, slugs: list[str]) -> tuple[LibraryItem, ...]:
    found = items_of(session, slugs)
    return tuple(dict.fromkeys(found[slug] for slug in slugs if slug in found))
