"""The lean way into the database: the same on SQLite and PostgreSQL."""

import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url, select

from database.driver import Driver, DriverError, open_driver
from database.session import Database
from database.urls import is_database_url, sqlite_file, sqlite_url
from newsletter.jobs.models import Job, JobState

NOW = datetime(2026, 11, 20, 9, 30, 1, 250, tzinfo=UTC)
ADD = """
INSERT INTO job (kind, payload, state, run_at, created_at, token, attempts, error)
VALUES (:kind, '{}', 'waiting', :now, :now, 0, 0, '')
"""
COUNT = "SELECT count(*) FROM job"


@pytest.fixture
def driver(database: Database) -> Iterator[Driver]:
    url = database.engine.url.render_as_string(hide_password=False)
    driver = open_driver(url)
    yield driver
    driver.close()


def count(driver: Driver) -> int:
    with driver.reading() as read:
        row = read.one(COUNT)
        assert row is not None
        return int(row[0])


def test_what_it_writes_sqlalchemy_reads(driver: Driver, database: Database) -> None:
    with driver.transaction() as transaction:
        assert transaction.run(ADD, kind="a", now=driver.moment(NOW)) == 1
    with database.read() as session:
        job = session.scalars(select(Job)).one()
    assert (job.kind, job.state, job.run_at) == ("a", JobState.WAITING, NOW)


def test_what_sqlalchemy_writes_it_reads(driver: Driver, database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))
    with database.write.begin() as session:
        session.add(
            Job(
                kind="a",
                payload={},
                state=JobState.WAITING,
                run_at=elsewhere,
                created_at=NOW,
            )
        )
    with driver.reading() as read:
        row = read.one(
            "SELECT run_at FROM job WHERE run_at = :now", now=driver.moment(NOW)
        )
    assert row is not None
    assert driver.read_moment(row[0]) == NOW


def test_a_transaction_that_fails_leaves_nothing(driver: Driver) -> None:
    def fail() -> None:
        with driver.transaction() as transaction:
            transaction.run(ADD, kind="a", now=driver.moment(NOW))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(driver) == 0


def test_a_refused_statement_takes_back_the_ones_before_it(driver: Driver) -> None:
    now = driver.moment(NOW)

    def fail() -> None:
        with driver.transaction() as transaction:
            transaction.run(ADD, kind="a", now=now)
            transaction.run(ADD, kind=None, now=now)

    with pytest.raises(DriverError):
        fail()
    assert count(driver) == 0


def test_an_error_quotes_no_values(driver: Driver) -> None:
    with pytest.raises(DriverError) as refused, driver.transaction() as transaction:
        transaction.run(
            "INSERT INTO job (kind, error) VALUES (:kind, :error)",
            kind="a",
            error="anna@example.nl",
        )
    assert "anna" not in str(refused.value)


def test_many_rows_are_counted_together(driver: Driver) -> None:
    now = driver.moment(NOW)
    with driver.transaction() as transaction:
        added = transaction.many(ADD, [{"kind": "a", "now": now}] * 3)
        assert (added, transaction.many(ADD, [])) == (3, 0)
        changed = transaction.run("UPDATE job SET kind = 'b'")
    assert (changed, count(driver)) == (3, 3)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_many_rows_gathered_are_the_same_rows(driver: Driver, count: int) -> None:
    names = ('Zo\u00eb "de" \\ Vries', "a\nb", None)
    query = "SELECT id, kind, nullif(error, '') FROM job ORDER BY id"
    with driver.transaction() as transaction:
        for name in names[:count]:
            transaction.run(
                ADD.replace(", '')", ", :error)"),
                kind="a",
                error=name or "",
                now=driver.moment(NOW),
            )
        gathered = transaction.gathered(query, "id", "kind", "error")
        assert [tuple(row) for row in gathered] == transaction.all(query)
        assert [row[2] for row in gathered] == list(names[:count])


def test_it_opens_another_connection_after_an_error(driver: Driver) -> None:
    with pytest.raises(DriverError), driver.reading() as read:
        read.one("SELECT nothing FROM nowhere")
    assert count(driver) == 0


def test_a_row_somebody_else_holds_is_skipped_or_waited_for(driver: Driver) -> None:
    """What locks rows is for PostgreSQL; SQLite's one writer needs none of it."""
    now = driver.moment(NOW)
    with driver.transaction() as transaction:
        transaction.many(ADD, [{"kind": "a", "now": now}, {"kind": "b", "now": now}])
    claim = """
    UPDATE job SET state = 'running' WHERE id = (
        SELECT id FROM job WHERE state = 'waiting' ORDER BY id
        LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING kind
    """
    with driver.transaction() as transaction:
        first = transaction.one(claim)
    with driver.transaction() as transaction:
        assert (first, transaction.one(claim)) == (("a",), ("b",))


def test_two_threads_with_a_driver_each_do_not_lose_an_update(
    database: Database,
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with closing(open_driver(url)) as driver, driver.transaction() as transaction:
        transaction.run(ADD, kind="a", now=driver.moment(NOW))

    def grow() -> None:
        driver = open_driver(url)
        for _ in range(50):
            with driver.transaction() as transaction:
                transaction.run("UPDATE job SET attempts = attempts + 1")
        driver.close()

    threads = [threading.Thread(target=grow) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalars(select(Job.attempts)).one() == 100


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    with pytest.raises(DriverError), open_driver(sqlite_url(path)).reading():
        pass
    assert not path.exists()


def test_a_file_with_a_strange_name_opens(tmp_path: Path) -> None:
    path = tmp_path / "50% of #1.sqlite"
    path.touch()
    with closing(open_driver(sqlite_url(path))) as driver, driver.reading() as read:
        assert read.one("SELECT 1") == (1,)


def test_it_loads_no_sqlalchemy() -> None:
    code = (
        "import sys, database.driver, newsletter.settings; print(sorted(sys.modules))"
    )
    loaded = run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert b"sqlalchemy" not in loaded


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("sqlite:///var/buurtpost.sqlite", True),
        ("sqlite:////srv/buurtpost.sqlite", True),
        ("postgresql://anna:geheim@db/buurtpost", True),
        ("postgresql+psycopg://db:5432/buurtpost", True),
        ("postgres://db/buurtpost", True),
        ("postgresql://anna@/buurtpost?host=/run/postgresql", True),
        ("sqlite:///", False),
        ("sqlite:///:memory:", False),
        ("sqlite://", False),
        ("postgresql://db", False),
        ("postgresql://db:poort/buurtpost", False),
        ("postgresql://[db/buurtpost", False),
        ("mysql://db/buurtpost", False),
        ("buurtpost.sqlite", False),
        ("", False),
    ],
)
def test_which_urls_name_a_database(url: str, is_one: bool) -> None:
    assert is_database_url(url) is is_one


@given(st.text())
def test_any_text_is_a_url_or_not(text: str) -> None:
    assert is_database_url(text) in {True, False}


@pytest.mark.parametrize("path", ["var/a.sqlite", "/srv/a b.sqlite"])
def test_a_path_comes_back_as_sqlalchemy_reads_it(path: str) -> None:
    url = sqlite_url(Path(path))
    assert sqlite_file(url) == make_url(url).database == path
