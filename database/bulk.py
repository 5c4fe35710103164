"""Insert and look up thousands of rows at a time.

The ordinary ``session.execute(insert(...), rows)`` looks at every value of every row
anew; a file of a million readers is then three times as slow. The statements and the
column types are SQLAlchemy's all the same. PostgreSQL takes rows by COPY.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Dialect, LargeBinary, Table, func, select
from sqlalchemy import text as written
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from database.types import UtcDateTime

if TYPE_CHECKING:
    import psycopg

Convert = Callable[[Any], Any]
Values = tuple[Any, ...]
_SQLITE_MOMENT = len("2026-11-20 09:30:00.000000")  # without an offset


def insert_rows(
    session: Session,
    table: Table,
    names: Sequence[str],
    rows: Sequence[Values],
    *,
    skip_existing: bool = False,
) -> None:
    """Insert rows that are the values of the columns in ``names``.

    ``skip_existing`` leaves a row that is there already as it is; without it that is
    an IntegrityError, as ever.
    """
    if not rows:
        return
    connection = session.connection()
    dialect = connection.dialect
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, name in enumerate(names):
        if convert := _converter(table.columns[name].type, dialect):
            columns[place] = map(convert, columns[place])
    ready = zip(*columns, strict=True)
    if dialect.name == "postgresql" and not skip_existing:
        _copy(connection, table, names, ready)
        return
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    if skip_existing:
        statement = statement.on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    # SQLite counts its parameters, PostgreSQL names them.
    if compiled.positiontup is not None:
        places = [names.index(name) for name in compiled.positiontup]
        if places == list(range(len(places))):
            ordered = list(ready)
        else:
            ordered = [tuple(row[place] for place in places) for row in ready]
        connection.exec_driver_sql(str(compiled), ordered)
        return
    named = [dict(zip(names, row, strict=True)) for row in ready]
    connection.exec_driver_sql(str(compiled), named)


def _copy(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Values]
) -> None:
    import psycopg  # megabytes that SQLite does without

    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, names))
    statement = f"COPY {quote(table.name)} ({columns}) FROM STDIN"
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error


def _converter(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """From a value to what the driver wants; None where that is the value itself."""
    if isinstance(kind, LargeBinary):
        return None  # both drivers take bytes
    if isinstance(kind, UtcDateTime):
        return moment_converter(kind, dialect)
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return _Remembered(convert).__getitem__ if convert else None


class _Remembered(dict[Any, Any]):
    """The same few values are converted once."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        converted = self[value] = self._convert(value)
        return converted


def moment_converter(kind: UtcDateTime, dialect: Dialect) -> Convert:
    """What SQLAlchemy does, in a third of the time."""
    is_sqlite = dialect.name == "sqlite"
    last: tuple[Any, Any] = (None, None)

    def convert(value: Any) -> Any:
        nonlocal last
        if value is None or value is last[0]:
            return value and last[1]  # a column may say "now" in every row
        kept = value
        if value.tzinfo is not UTC:
            kept = kind.process_bind_param(value, dialect)
        if is_sqlite:
            kept = kept.isoformat(" ", "microseconds")[:_SQLITE_MOMENT]
        last = (value, kept)
        return kept

    return convert


def rows_among(
    session: Session,
    columns: Sequence[InstrumentedAttribute[Any]],
    column: InstrumentedAttribute[Any],
    values: Sequence[Any],
) -> Sequence[Sequence[Any]]:
    """The rows whose ``column`` is one of these; as the driver gives them, unconverted.

    For thousands of values: ``column.in_(values)`` handles each of them by itself.
    """
    connection = session.connection()
    dialect = connection.dialect
    start = f"{select(*columns).compile(dialect=dialect)}\nWHERE {column.key}"
    if dialect.name == "postgresql":
        found = connection.exec_driver_sql(f"{start} = ANY(%s)", (list(values),))
    else:
        marks = ", ".join("?" * len(values))
        found = connection.exec_driver_sql(f"{start} IN ({marks})", tuple(values))
    return found.all()


def next_ids(session: Session, table: Table, count: int) -> Sequence[int]:
    """Numbers for new rows, ascending, that nobody else gets and none ever had.

    On SQLite for tables with AUTOINCREMENT, in a writing session: it is the only one.
    """
    if session.connection().dialect.name == "sqlite":
        last = session.scalar(
            written("SELECT seq FROM sqlite_sequence WHERE name = :table"),
            {"table": table.name},
        )
        return range((last or 0) + 1, (last or 0) + 1 + count)
    numbers = select(
        func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    ).select_from(func.generate_series(1, count).table_valued("number"))
    return sorted(session.scalars(numbers))


def count_anew(session: Session, tables: Sequence[Table]) -> None:
    """Tell PostgreSQL's planner how large its tables became; SQLite does not ask.

    It learns by itself a minute later. Until then it takes them for empty, and what
    triggers do with five thousand new rows takes five seconds instead of a half.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        names = ", ".join(quote(table.name) for table in tables)
        connection.exec_driver_sql(f"ANALYZE {names}")
