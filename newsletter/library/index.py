"""The index over the stems: FTS5 on SQLite, a GIN index on PostgreSQL.

Both only look up what ``stems`` made; neither cuts, stems or ranks by itself, so the
two find the same. The databases keep their index themselves, whoever writes the column:
PostgreSQL as any index, SQLite by triggers. Like those of ``subscribers.readers`` they
are taken away before an upgrade and made again after it.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    cast,
    column,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from newsletter.library.addresses import note_addresses
from newsletter.library.models import LibraryItem
from newsletter.library.stems import Sought, indexed
from newsletter.library.words import reading_minutes, text_of
from subscribers import regions

FTS = "library_index"
# On PostgreSQL this expression must be the index's own, to the letter (migration 0013).
_VECTOR: ColumnElement[str] = literal_column(
    "array_to_tsvector(string_to_array(library_item.stems, ' '))"
)
_FTS = table(FTS, column("rowid"), column("stems"), column(FTS))

_TRIGGERS = {
    "library_index_added": (
        "AFTER INSERT ON library_item BEGIN "
        "INSERT INTO library_index(rowid, stems) VALUES (new.id, new.stems); END"
    ),
    "library_index_removed": (
        "AFTER DELETE ON library_item BEGIN "
        "INSERT INTO library_index(library_index, rowid, stems) "
        "VALUES ('delete', old.id, old.stems); END"
    ),
    "library_index_changed": (
        "AFTER UPDATE OF stems ON library_item BEGIN "
        "INSERT INTO library_index(library_index, rowid, stems) "
        "VALUES ('delete', old.id, old.stems); "
        "INSERT INTO library_index(rowid, stems) VALUES (new.id, new.stems); END"
    ),
}


def index_item(session: Session, item: LibraryItem) -> None:
    """Work out what a piece is found by and leads to, after any change to it."""
    note_addresses(item)
    item.minutes = reading_minutes(item.body)
    item.stems = indexed(
        title=item.title,
        texts=(
            *(regions.name_of(session, code) for code in item.regions),
            *(text for text in (item.summary, item.source, item.slug) if text),
            text_of(item.body),
        ),
        themes=item.themes,
        people=item.people,
        regions=item.regions,
        kind=item.kind,
        language=item.language,
    )


def narrowed(
    query: Select[LibraryItem], sought: Sequence[Sought], *, dialect: str
) -> Select[LibraryItem]:
    """The query, over pieces that have all of these."""
    if not sought:
        return query
    if dialect == "postgresql":
        return query.where(has(sought, dialect=dialect))
    return query.join(_FTS, _FTS.c.rowid == LibraryItem.id).where(
        _FTS.c[FTS].op("MATCH")(literal(_as_fts5(sought)))
    )


def ids_with(sought: ColumnElement[str], *, dialect: str) -> Select[int]:
    """The ids of pieces that have all of it (``as_sought``), by the index alone."""
    if dialect == "postgresql":
        return select(LibraryItem.id).where(_VECTOR.op("@@")(cast(sought, TSQUERY)))
    return select(_FTS.c.rowid.label("id")).where(_FTS.c[FTS].op("MATCH")(sought))


def has(sought: Sequence[Sought], *, dialect: str) -> ColumnElement[bool]:
    """Over ``LibraryItem``: whether it has all of these."""
    wanted = literal(as_sought(sought, dialect=dialect))
    if dialect == "postgresql":
        return _VECTOR.op("@@")(cast(wanted, TSQUERY))
    return LibraryItem.id.in_(ids_with(wanted, dialect=dialect))


def as_sought(sought: Sequence[Sought], *, dialect: str) -> str:
    """All of these, in the index's own language."""
    return _as_tsquery(sought) if dialect == "postgresql" else _as_fts5(sought)


def newest_first(dialect: str, *, by_index: bool) -> ColumnElement[int]:
    """What to order by: FTS5 walks backwards by its own rowid, and only by that."""
    if by_index and dialect != "postgresql":
        return _FTS.c.rowid.desc()
    return LibraryItem.id.desc()


def _as_fts5(sought: Iterable[Sought]) -> str:
    return " AND ".join(
        f"({' OR '.join(_forms(each, quote=chr(34), begins='*'))})" for each in sought
    )


def _as_tsquery(sought: Iterable[Sought]) -> str:
    return " & ".join(
        f"({' | '.join(_forms(each, quote=chr(39), begins=':*'))})" for each in sought
    )


def _forms(sought: Sought, *, quote: str, begins: str) -> Iterator[str]:
    end = begins if sought.begins else ""
    yield from (f"{quote}{one}{quote}{end}" for one in sought.any_of)
    yield from (f"{quote}{one}{quote}" for one in sought.whole)


def install(connection: Connection) -> None:
    """Make the triggers; they must not be there."""
    if connection.dialect.name == "sqlite":
        for name, words in _TRIGGERS.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {words}")


def remove(connection: Connection) -> None:
    """Take the triggers away; until they are back SQLite's index stands still."""
    if connection.dialect.name == "sqlite":
        for name in _TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def rebuild(connection: Connection) -> None:
    """Work out what is not worked out yet, and index everything anew."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO library_index(library_index) VALUES ('rebuild')"
        )
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        for item in session.scalars(
            select(LibraryItem).where(LibraryItem.stems == "")
        ).all():
            index_item(session, item)
        session.commit()
