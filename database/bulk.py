"""Insert thousands of rows at a time.

The ordinary ``session.execute(insert(...), rows)`` looks at every value of every row
anew; a file of a million readers is then three times as slow. The statement and the
column types are SQLAlchemy's all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

Convert = Callable[[Any], Any]


def insert_rows(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    skip_existing: bool = False,
) -> None:
    """Insert rows that all have the same keys.

    ``skip_existing`` leaves a row that is there already as it is; without it that is
    an IntegrityError, as ever.
    """
    if not rows:
        return
    connection = session.connection()
    dialect = connection.dialect
    names = list(rows[0])
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    if skip_existing:
        statement = statement.on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=names)
    columns = {}
    for name in names:
        kind = table.columns[name].type.dialect_impl(dialect)
        values = [row[name] for row in rows]
        columns[name] = _converted(values, kind.bind_processor(dialect))
    # SQLite counts its parameters, PostgreSQL names them.
    if compiled.positiontup is not None:
        ordered = [columns[name] for name in compiled.positiontup]
        connection.exec_driver_sql(str(compiled), list(zip(*ordered, strict=True)))
        return
    by_row = zip(*columns.values(), strict=True)
    named = [dict(zip(names, values, strict=True)) for values in by_row]
    connection.exec_driver_sql(str(compiled), named)


def _converted(values: list[Any], convert: Convert | None) -> list[Any]:
    """The values as the driver wants them; the same few are converted once."""
    if convert is None:
        return values
    seen = {value: convert(value) for value in set(values)}
    return [seen[value] for value in values]
