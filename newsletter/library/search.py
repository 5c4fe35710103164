"""Finding pieces by their words: what the desk's library and the commands list."""

from collections.abc import Collection

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.words import searchable
from newsletter.partners.models import Partner

WORDS_MOST = 10


def find(
    session: Session,
    words: str = "",
    *,
    kind: ItemKind | Collection[ItemKind] | None = None,
    partner: str | None = None,
    without: Collection[str] = (),
    limit: int = 50,
) -> list[LibraryItem]:
    """The pieces that have all these words, found in the title first, then the newest.

    Capitals and accents do not count; a part of a word is enough. ``without`` are
    slugs to leave out, such as those an issue has already; ``partner`` is a slug.
    """
    wanted = searchable(words.replace("\0", " ")).split()[:WORDS_MOST]
    query = select(LibraryItem)
    for word in wanted:
        query = query.where(LibraryItem.searchable.contains(word, autoescape=True))
    if kind is not None:
        kinds = [kind] if isinstance(kind, ItemKind) else list(kind)
        query = query.where(LibraryItem.kind.in_(kinds))
    if partner is not None:
        query = query.where(LibraryItem.partner.has(Partner.slug == partner))
    if without:
        query = query.where(LibraryItem.slug.not_in(without))
    # The title stands first in what is searched.
    place = func.length(LibraryItem.title)
    in_title = [
        func.substr(LibraryItem.searchable, 1, place).contains(word, autoescape=True)
        for word in wanted
    ]
    if in_title:
        query = query.order_by(case(*((test, 0) for test in in_title), else_=1))
    return list(
        session.scalars(
            query.order_by(LibraryItem.created_at.desc(), LibraryItem.id.desc()).limit(
                limit
            )
        )
    )
