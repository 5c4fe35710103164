"""Where a piece from the library was used: in which issues, as what, and when."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from newsletter.issues.compose import all_issues
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from newsletter.library.models import KnowledgeLink, LibraryItem
from newsletter.library.stories import present_slugs


@dataclass(frozen=True)
class Use:
    """One place of one issue where a piece is shown."""

    number: int  # of the issue
    block: str  # the kind of block that shows it
    size: str | None  # of a story block
    edition: str | None  # a partner's or region's own block; None is for everybody
    behind: str | None  # the story whose knowledge it is shown as
    shown_at: datetime | None  # when its mailing was started; None while it is a draft


UNSEEN_DAYS = 183  # half a year: readers have forgotten it by then

Uses = Mapping[str, Sequence[Use]]


def all_uses(session: Session) -> Uses:
    """Every use by the piece's slug, the newest issue first; unused ones are not in."""
    knowledge, present = _knowledge(session), present_slugs(session)
    found: dict[str, list[Use]] = defaultdict(list)
    issues = select(
        Issue.number, Issue.blocks, Issue.editions, Issue.frozen_at
    ).order_by(Issue.number.desc())
    for number, blocks, editions, frozen_at in session.execute(issues):
        for edition, block in _blocks(blocks, editions):
            kind, slug = block.get("kind"), block.get("story")
            if not isinstance(kind, str) or not isinstance(slug, str):
                continue
            slug = present.get(slug, slug)
            size = block.get("size") or "compact" if kind == "story" else None
            found[slug].append(Use(number, kind, size, edition, None, frozen_at))
            for known in knowledge[slug] if kind == "knowledge" else ():
                found[known].append(Use(number, kind, None, edition, slug, frozen_at))
    return found


def uses_of(session: Session, slug: str) -> Sequence[Use]:
    """The uses of one piece, the newest issue first."""
    return all_uses(session).get(slug, ())


def narrowed_by_use(
    session: Session,
    *,
    never_used: bool = False,
    unseen_since: datetime | None = None,
    issue: int | None = None,
) -> tuple[set[str], set[str] | None]:
    """What ``library.search.find`` takes as ``without`` and ``only``: slugs.

    ``issue`` is a number: what that issue shows.
    """
    if not (never_used or unseen_since or issue is not None):
        return set(), None
    uses = all_uses(session)
    only: set[str] | None = None
    if unseen_since:
        only = _unseen(uses, unseen_since)
    if issue is not None:
        there = {
            slug
            for slug, every in uses.items()
            if any(use.number == issue for use in every)
        }
        only = there if only is None else only & there
    return set(uses) if never_used else set(), only


def _unseen(uses: Uses, moment: datetime) -> set[str]:
    """Slugs of pieces that were shown once, and not since; none waits in a draft."""
    return {
        slug
        for slug, every in uses.items()
        if all(use.shown_at is not None and use.shown_at < moment for use in every)
    }


def stories_of(issue: Issue) -> list[str]:
    """Slugs of the pieces an issue shows in any edition, each once, in order."""
    shown = (
        block.to_dict().get("story") for block in Composition.of(issue).every_block()
    )
    return list(dict.fromkeys(slug for slug in shown if slug))


def placed_in(issue: Issue) -> list[str]:
    """The same with those that stand in it hidden."""
    placed = (
        block.to_dict().get("story") for block in Composition.of(issue).all_blocks()
    )
    return list(dict.fromkeys(slug for slug in placed if slug))


def used_in(session: Session, slug: str) -> list[Issue]:
    """The issues that show a piece, the newest first."""
    names = {slug, *(old for old, to in present_slugs(session).items() if to == slug)}
    return [
        issue
        for issue in all_issues(session)
        if not names.isdisjoint(stories_of(issue))
    ]


def _blocks(
    blocks: list[dict[str, Any]], editions: list[dict[str, Any]]
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Each block document that is shown, with the edition it belongs to."""
    for block in blocks:
        if not block.get("hidden"):
            yield None, block
    for edition in editions:
        key = edition.get("partner") or edition.get("region")
        for extra in edition.get("blocks") or ():
            block = extra.get("block") or {}
            if not block.get("hidden"):
                yield key, block


def _knowledge(session: Session) -> dict[str, list[str]]:
    """The slugs of the knowledge each story is linked to, by the story's slug."""
    known = aliased(LibraryItem)
    pairs = (
        select(LibraryItem.slug, known.slug)
        .join(KnowledgeLink, KnowledgeLink.story_id == LibraryItem.id)
        .join(known, known.id == KnowledgeLink.knowledge_id)
        .order_by(KnowledgeLink.id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for story, knowledge in session.execute(pairs):
        found[story].append(knowledge)
    return found
