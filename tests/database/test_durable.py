"""Nothing is sent by a database that may forget what it committed."""

from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import event, text

from database.driver import open_driver
from database.durable import NotDurable, require_durable
from database.session import Database, open_database


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def by_sessions(url: str) -> str:
    with closing(open_database(url)) as database:
        return database.require_durable()


def by_driver(url: str) -> str:
    with closing(open_driver(url)) as driver:
        return driver.require_durable()


BOTH_WAYS = pytest.mark.parametrize("asks", [by_sessions, by_driver])
Asks = Callable[[str], str]


@BOTH_WAYS
def test_both_databases_keep_what_they_committed(
    database: Database, asks: Asks
) -> None:
    asks(url_of(database))  # or it raises


POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def settle(database: Database, *, synchronous_commit: str) -> None:
    """As an operator may have: for the whole database, for each new connection."""
    name = database.engine.url.database
    with database.write.begin() as session:
        session.execute(
            text(f'alter database "{name}" set synchronous_commit={synchronous_commit}')
        )


@POSTGRESQL
@BOTH_WAYS
def test_commits_that_do_not_wait_for_the_disk_are_refused(
    database: Database, asks: Asks
) -> None:
    settle(database, synchronous_commit="off")

    with pytest.raises(NotDurable, match="synchronous_commit is off"):
        asks(url_of(database))


@POSTGRESQL
@BOTH_WAYS
def test_what_the_refusal_says_mends_it(database: Database, asks: Asks) -> None:
    settle(database, synchronous_commit="off")
    with pytest.raises(NotDurable) as refused:
        asks(url_of(database))

    statement = str(refused.value).split("`")[1]
    with database.write.begin() as session:
        session.execute(text(statement))

    asks(url_of(database))


@POSTGRESQL
@BOTH_WAYS
@pytest.mark.parametrize("level", ["local", "remote_write", "remote_apply"])
def test_other_levels_wait_for_this_servers_own_disk(
    database: Database, asks: Asks, level: str
) -> None:
    settle(database, synchronous_commit=level)

    asks(url_of(database))


def answering(**answers: object) -> Callable[[str], object]:
    def ask(statement: str) -> object:
        return next(
            (value for name, value in answers.items() if name in statement), None
        )

    return ask


def test_postgresql_without_fsync_is_warned_about():
    ask = answering(synchronous_commit="on", fsync="off")

    assert "Set fsync = on" in require_durable(ask, is_postgresql=True)


@pytest.mark.parametrize("synchronous", [0, 1])
def test_a_weaker_sqlite_is_refused(
    sqlite_database: Database, synchronous: int
) -> None:
    """As if the library it is linked with did not obey."""
    with closing(open_database(url_of(sqlite_database))) as weak:

        @event.listens_for(weak.engine, "connect")
        def _weaken(connection: object, _record: object) -> None:
            connection.execute(f"PRAGMA synchronous={synchronous}")  # type: ignore[attr-defined]

        with pytest.raises(NotDurable, match=f"synchronous is {synchronous}"):
            weak.require_durable()
