"""Two pieces of the library that are one: also in the issues that show them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue, Waiver
from newsletter.library.doubles import join
from newsletter.library.models import LibraryItem
from newsletter.library.stories import find_item


def merge(
    session: Session, *, keep: str, double: str, by: str, now: datetime
) -> LibraryItem:
    """Make one piece of two slugs and give it back; raise UnknownItem or BadItem.

    Drafts name the piece that stays from now on. Issues that went out stay as they
    are: the double's slug in them leads to it (``library_alias``).
    """
    kept, other = find_item(session, keep), find_item(session, double)
    old = other.slug
    join(session, kept, other, by=by, now=now)
    for issue in session.scalars(select(Issue).where(Issue.frozen_at.is_(None))):
        _rename(session, issue, old, kept.slug, now)
    return kept


def _rename(session: Session, issue: Issue, old: str, new: str, now: datetime) -> None:
    blocks = [_renamed(block, old, new) for block in issue.blocks]
    editions = [
        {
            **edition,
            "blocks": [
                {**extra, "block": _renamed(extra["block"], old, new)}
                if "block" in extra
                else extra
                for extra in edition["blocks"]
            ],
        }
        if "blocks" in edition
        else edition
        for edition in issue.editions
    ]
    if (blocks, editions) != (issue.blocks, issue.editions):
        issue.blocks, issue.editions, issue.updated_at = blocks, editions, now
    waivers = {
        waiver.story: waiver
        for waiver in session.scalars(
            select(Waiver).where(
                Waiver.issue_id == issue.id, Waiver.story.in_([old, new])
            )
        )
    }
    if old in waivers:
        if new in waivers:
            session.delete(waivers[old])
        else:
            waivers[old].story = new
    session.flush()


def _renamed(block: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    return {**block, "story": new} if block.get("story") == old else dict(block)
