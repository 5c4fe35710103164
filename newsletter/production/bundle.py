"""A bundle as a mail: issues that were mailed, each as some of its readers had it."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from newsletter.issues.blocks.context import Resolving, plain
from newsletter.issues.blocks.foreword import NAME
from newsletter.issues.blocks.story import Story
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.models import Issue
from newsletter.issues.words import BUNDLE
from newsletter.library.errors import UnknownItem
from newsletter.partners.partners import find_partner
from newsletter.production.produce import (
    ProducedVariant,
    hash_of,
    house_brand,
    sender_named,
)
from newsletter.rendering.values import BundledIssue, BundledStory, Frame
from newsletter.rendering.variant import render_variant
from newsletter.rendering.wording import month
from newsletter.settings import Settings
from subscribers.models import MailingList

log = logging.getLogger("buurtpost.production")

_GREETED = re.compile(rf",?\s*{re.escape(NAME)}")
_MOST_OF_A_PREHEADER = 120  # characters: more no mail program shows


@dataclass(frozen=True)
class Entry:
    """An issue in a bundle: what of it is told, and where it is read as a whole."""

    issue: int  # its number
    edition: str  # of the subject
    variant: str  # the key of the page; "": the page that names all editions
    day: date  # it was mailed on
    blocks: tuple[str, ...]  # ids of the stories that are told of


@dataclass(frozen=True)
class Cover:
    """What all variants of one bundle share."""

    mailing_list: MailingList
    language: str
    number: str  # "2026-11"
    day: date  # the month's first


def stories_among(issue: Issue, edition: str, blocks: Sequence[str]) -> list[Story]:
    """The stories among the blocks with these ids, in the edition's order."""
    return [
        block
        for block in Composition.of(issue).blocks_of(edition)
        if isinstance(block, Story) and block.id in blocks
    ]


def produce_bundle(
    session: Session,
    settings: Settings,
    cover: Cover,
    entries: Sequence[tuple[Issue, Entry]],
    *,
    key: str,
    edition: str,
) -> ProducedVariant:
    """One variant: these issues in this order, in the brand of the edition.

    ``edition`` is "base" or a partner's slug. ``label`` is the caller's to give.
    """
    mailing_list, language = cover.mailing_list, cover.language
    context = Resolving.of(session, settings, language=language)
    told = [_issue(context, issue, entry) for issue, entry in entries]
    partner = find_partner(session, edition) if edition != BASE_KEY else None
    frame = Frame(
        number=None,
        subject=BUNDLE[language].format(
            plain(mailing_list.name), month(cover.day, language)
        ),
        preheader=" · ".join(one.title for one in told)[:_MOST_OF_A_PREHEADER],
        language=language,
        day=cover.day,
        host=house_brand(mailing_list.name),
        partner=context.brand(edition) if partner else None,
        web_url=f"{settings.base_url}/issues/{cover.number}/{key}",
        base_url=settings.base_url,
        sender_name=mailing_list.sender.name,
        postal_address=mailing_list.sender.postal_address,
        list_name=mailing_list.name,
    )
    rendered = render_variant(frame, told)
    from_name, from_address = sender_named(mailing_list, partner, language)
    return ProducedVariant(
        key=key,
        edition=edition,
        label="",
        blocks=[one.id for one in told],
        from_name=from_name,
        from_address=from_address,
        rendered=rendered,
        sha256=hash_of(from_name, from_address, rendered),
    )


def _issue(context: Resolving, issue: Issue, entry: Entry) -> BundledIssue:
    edition = Composition.of(issue).edition(entry.edition)
    address = f"{context.base_url}/issues/{issue.number}"
    stories = stories_among(issue, entry.edition, entry.blocks)
    return BundledIssue(
        id=f"issue-{issue.number}",
        number=issue.number,
        day=entry.day,
        title=_unnamed(edition.subject or issue.subject),
        summary=plain(issue.preheader),
        url=f"{address}/{entry.variant}" if entry.variant else address,
        stories=tuple(
            told for story in stories if (told := _story(context, story)) is not None
        ),
    )


def _unnamed(subject: str) -> str:
    """A subject may greet its reader by name; a title in a list greets nobody."""
    return _GREETED.sub("", plain(subject)).strip(" ,")


def _story(context: Resolving, story: Story) -> BundledStory | None:
    """None: it is in the library no more."""
    try:
        value = story.resolve(context)
    except UnknownItem:
        log.warning("bundle: a story is in the library no more")
        return None
    return BundledStory(
        title=value.title,
        teaser=value.teaser,
        url=value.url,
        place=value.place,
        source=value.source,
    )
