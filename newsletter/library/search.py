"""Finding pieces by their words: what the desk's library and the commands list."""

from collections.abc import Collection

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, defer

from newsletter.library.index import narrowed, newest_first
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.stems import (
    Sought,
    region_mark,
    sought,
    sought_in_title,
    sought_person,
    theme_mark,
    words_of,
)
from newsletter.partners.models import Partner
from subscribers import regions
from subscribers.models import Region

WORDS_MOST = 10


def find(
    session: Session,
    words: str = "",
    *,
    kind: ItemKind | Collection[ItemKind] | None = None,
    partner: str | None = None,
    theme: str | None = None,
    region: str | None = None,
    person: str | None = None,
    without: Collection[str] = (),
    only: Collection[str] | None = None,
    limit: int = 50,
) -> list[LibraryItem]:
    """The pieces that have all these words: those with them in the title first.

    Within that the last added come first. A word is found in all its forms, and as the
    beginning of a longer one; capitals and accents do not count. ``region`` is a name
    or CBS code and means what lies in it too (raises what ``regions.find`` raises);
    ``person`` is part of a name, ``partner`` a slug; ``without`` and ``only`` have
    slugs.
    Their bodies are not read until somebody asks for one.
    """
    wanted = sought(words, most=WORDS_MOST)
    if words.strip() and not wanted:
        return []  # nothing but signs
    marks = _marks(session, theme=theme, region=region, person=person)
    query = select(LibraryItem).options(defer(LibraryItem.body))
    if kind is not None:
        kinds = [kind] if isinstance(kind, ItemKind) else list(kind)
        query = query.where(LibraryItem.kind.in_(kinds))
    if partner is not None:
        query = query.where(LibraryItem.partner.has(Partner.slug == partner))
    if without:
        query = query.where(LibraryItem.slug.not_in(without))
    if only is not None:
        query = query.where(LibraryItem.slug.in_(only))
    if not wanted:
        return _newest(session, query, marks, limit)
    titles = sought_in_title(words, most=WORDS_MOST)
    first = _newest(session, query, [*titles, *marks], limit)
    if len(first) == limit:
        return first
    # Whoever has them in the title is among these again.
    rest = _newest(session, query, [*wanted, *marks], limit)
    return list(dict.fromkeys([*first, *rest]))[:limit]


def all_themes(session: Session) -> list[str]:
    """Every theme that was ever given to a piece, by the alphabet, each once."""
    lists = session.scalars(select(LibraryItem.themes).distinct())
    themes = {theme_mark(theme): theme for one in lists for theme in one}
    return sorted(themes.values(), key=str.casefold)


def _newest(
    session: Session, query: Select[LibraryItem], marks: list[Sought], limit: int
) -> list[LibraryItem]:
    dialect = session.connection().dialect.name
    query = narrowed(query, marks, dialect=dialect)
    order = newest_first(dialect, by_index=bool(marks))
    return list(session.scalars(query.order_by(order).limit(limit)))


def _marks(
    session: Session, *, theme: str | None, region: str | None, person: str | None
) -> list[Sought]:
    marks = []
    if theme and words_of(theme):
        marks.append(Sought((theme_mark(theme),)))
    if region:
        marks.append(Sought(tuple(map(region_mark, _codes_in(session, region)))))
    if person:
        marks.extend(sought_person(person, most=WORDS_MOST))
    return marks


def _codes_in(session: Session, region: str) -> list[str]:
    """The region, what lies in it, and what was merged into that."""
    found = regions.find(session, region)
    inside = select(Region.code).where(Region.path.startswith(found.path))
    codes = select(Region.code).where(
        or_(Region.code.in_(inside), Region.successor_code.in_(inside))
    )
    return sorted({found.code, *session.scalars(codes)})
