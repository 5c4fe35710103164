"""What a feed brings is compared by index, however many pieces the library has."""

from typing import Any

from sqlalchemy import event

from tests.newsletter.exchange.conftest import Exchange, item


def test_a_new_piece_reads_no_whole_library(exchange: Exchange):
    exchange.brings(item(1))
    asked: list[tuple[str, Any]] = []

    @event.listens_for(exchange.database.engine, "before_cursor_execute")
    def _note(_connection, _cursor, statement, parameters, *_rest):
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, parameters))

    assert exchange.brings(item(1), item(2), item(3)) == {"new": 2, "same": 1}
    event.remove(exchange.database.engine, "before_cursor_execute", _note)

    with exchange.database.read() as session:
        connection = session.connection()
        through_all = [
            statement
            for statement, parameters in asked
            for step in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            if step.detail == "SCAN library_item"
        ]
    (once_a_round,) = through_all
    assert "piece_print" in once_a_round  # whose sentences are not known yet
