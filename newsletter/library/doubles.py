"""Two pieces that are one: what hangs on the double goes to the piece that stays.

Nothing is lost. The double's text stands in the history of the piece that stays, its
slug leads there, and whatever pointed to it points there now.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from database.base import Base
from newsletter.library import versions
from newsletter.library.errors import BadItem
from newsletter.library.index import index_item
from newsletter.library.models import (
    KnowledgeLink,
    LibraryAlias,
    LibraryItem,
    LibraryVersion,
    VersionKind,
)

# Whose it is and where it stood first is the choice of which piece stays.
_JOINED = ("people", "regions", "themes")
_PICTURE = ("image", "image_alt", "image_width", "image_height", "image_credit")
# These are moved by hand below, or stay with the double's history.
_BY_HAND = frozenset({KnowledgeLink.__tablename__, LibraryVersion.__tablename__})


def join(
    session: Session, kept: LibraryItem, double: LibraryItem, *, by: str, now: datetime
) -> None:
    """Make one piece of two. The double's row is gone afterwards.

    Raises BadItem when the two are the same, or one is a story and one knowledge.
    ``issues.doubles.merge`` does this and looks after the issues too.
    """
    _refuse_unlike(kept, double)
    slug = double.slug
    before = versions.content_of(kept)
    versions.keep_double(session, kept, double, by=by, now=now)
    _fill(kept, double)
    _move_links(session, kept, double)
    _move_the_rest(session, kept, double)
    session.execute(delete(LibraryVersion).where(LibraryVersion.item_id == double.id))
    session.expire(double, ["links"])
    session.delete(double)
    session.flush()
    session.add(LibraryAlias(slug=slug, item_id=kept.id))
    kept.updated_at = now
    index_item(session, kept)
    session.flush()
    session.expire(kept, ["links"])
    versions.keep(
        session, kept, before=before, kind=VersionKind.MERGED, note=slug, by=by, now=now
    )


def _refuse_unlike(kept: LibraryItem, double: LibraryItem) -> None:
    if kept.id == double.id:
        raise BadItem(f"{kept.slug!r} is that piece already. Name two pieces.")
    if kept.is_story != double.is_story:
        raise BadItem(
            f"{kept.slug!r} is a {kept.kind} and {double.slug!r} a {double.kind}: a "
            "story and knowledge cannot become one."
        )


def _fill(kept: LibraryItem, double: LibraryItem) -> None:
    for name in _JOINED:
        both = [*getattr(kept, name), *getattr(double, name)]
        setattr(kept, name, list(dict.fromkeys(both)))
    if kept.image is None:
        for name in _PICTURE:
            setattr(kept, name, getattr(double, name))
    if not kept.body.strip():
        kept.body = double.body


def _move_links(session: Session, kept: LibraryItem, double: LibraryItem) -> None:
    """A pair that both had keeps the why of the piece that stays."""
    for side, other in (
        (KnowledgeLink.story_id, KnowledgeLink.knowledge_id),
        (KnowledgeLink.knowledge_id, KnowledgeLink.story_id),
    ):
        has = set(session.scalars(select(other).where(side == kept.id)))
        own = session.scalars(select(KnowledgeLink).where(side == double.id))
        for link in own.all():
            if getattr(link, other.key) in has:
                session.delete(link)
            else:
                setattr(link, side.key, kept.id)
    session.flush()


def _move_the_rest(session: Session, kept: LibraryItem, double: LibraryItem) -> None:
    """Every row of whichever table that points to the double, but what goes with it.

    A foreign key with ON DELETE CASCADE says that its row belongs to one piece alone.
    """
    session.flush()
    item_id = LibraryItem.__table__.c.id
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column is not item_id or key.ondelete or table.name in _BY_HAND:
                continue
            column = key.parent
            try:
                with session.begin_nested():
                    session.execute(
                        update(table)
                        .where(column == double.id)
                        .values({column: kept.id})
                    )
            except IntegrityError as error:
                raise BadItem(
                    f"{kept.slug!r} and {double.slug!r} each have their own "
                    f"{table.name.replace('_', ' ')}, so they cannot become one."
                ) from error
    session.expire_all()
