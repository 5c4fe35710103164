"""Knowledge links: from a story to what is known, with a relation and a why."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.library.errors import BadLink
from newsletter.library.models import KnowledgeLink, LibraryItem, Relation
from newsletter.library.stories import find_item
from subscribers import typed

WHY_MOST = 300


def link(
    session: Session,
    *,
    story: str,
    knowledge: str,
    relation: Relation | str,
    why: str,
    now: datetime,
) -> KnowledgeLink:
    """Link two pieces by slug; linking them again changes the relation and the why.

    Raises UnknownItem, BadLink when either is not what it must be, and BadLine when
    the why is not one sentence of at most WHY_MOST characters.
    """
    from_story, to_knowledge = _sides(session, story, knowledge)
    why = typed.line(why, what="why of this link", most=WHY_MOST)
    relation = _relation(relation)
    known = _find(session, from_story, to_knowledge)
    if known:
        known.relation, known.why = relation, why
        session.flush()
        return known
    new = KnowledgeLink(
        story=from_story,
        knowledge=to_knowledge,
        relation=relation,
        why=why,
        created_at=now,
    )
    session.add(new)
    session.flush()
    session.expire(from_story, ["links"])
    return new


def unlink(session: Session, *, story: str, knowledge: str) -> None:
    """Take a link away; raise BadLink when there is none."""
    from_story, to_knowledge = _sides(session, story, knowledge)
    known = _find(session, from_story, to_knowledge)
    if known is None:
        raise BadLink(f"{story!r} is not linked to {knowledge!r}. Nothing was changed.")
    session.delete(known)
    session.flush()
    session.expire(from_story, ["links"])


def stories_of(session: Session, knowledge: LibraryItem) -> list[KnowledgeLink]:
    """The links that lead to a knowledge item, newest first."""
    return list(
        session.scalars(
            select(KnowledgeLink)
            .where(KnowledgeLink.knowledge_id == knowledge.id)
            .order_by(KnowledgeLink.id.desc())
        )
    )


def linked_among(session: Session, items: Iterable[LibraryItem]) -> set[int]:
    """The ids of those stories that have knowledge linked to them."""
    ids = [item.id for item in items]
    links = select(KnowledgeLink.story_id).where(KnowledgeLink.story_id.in_(ids))
    return set(session.scalars(links))


def stories_behind(session: Session, items: Iterable[LibraryItem]) -> dict[int, int]:
    """Of each of these knowledge items, by id: how many stories are linked to it."""
    counted = (
        select(KnowledgeLink.knowledge_id, func.count())
        .where(KnowledgeLink.knowledge_id.in_([item.id for item in items]))
        .group_by(KnowledgeLink.knowledge_id)
    )
    return dict(session.execute(counted).all())


def _sides(
    session: Session, story: str, knowledge: str
) -> tuple[LibraryItem, LibraryItem]:
    from_story, to_knowledge = find_item(session, story), find_item(session, knowledge)
    if not from_story.is_story:
        raise BadLink(
            f"{story!r} is a {from_story.kind}, and a link begins at a story. "
            "Name the story first, then the knowledge item."
        )
    if to_knowledge.is_story:
        raise BadLink(
            f"{knowledge!r} is a story, and a link leads to knowledge: "
            "research, method, theory, history, column or event."
        )
    return from_story, to_knowledge


def _find(
    session: Session, story: LibraryItem, knowledge: LibraryItem
) -> KnowledgeLink | None:
    return session.scalar(
        select(KnowledgeLink).where(
            KnowledgeLink.story_id == story.id,
            KnowledgeLink.knowledge_id == knowledge.id,
        )
    )


def _relation(text: Relation | str) -> Relation:
    try:
        return Relation(text)
    except ValueError as error:
        raise BadLink(
            f"There is no relation {typed.shown(text)}. Use: {', '.join(Relation)}."
        ) from error
