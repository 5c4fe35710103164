"""An upgrade of a database that people have been using."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.exc import IntegrityError

from database.migrate import BrokenReferences, upgrade
from database.session import Database, open_database
from newsletter.dispatch.messages import words_of
from newsletter.library.index import index_item
from newsletter.library.models import ItemKind
from newsletter.library.search import find

NOW = "2026-11-20 09:00:00.000000"


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Database]:
    """SQLite as version 0003 left it, with an issue that was mailed."""
    database = open_database(f"sqlite:///{tmp_path}/buurtpost.sqlite")
    upgrade(database.engine, to="0003")
    with database.engine.begin() as connection:
        _fill(connection, "sender", id=1, slug="buurtwijs", name="Buurtwijs")
        _fill(connection, "mailing_list", id=1, slug="buurtwijs", sender_id=1)
        _fill(connection, "issue", id=1, number=42, list_id=1)
        _fill(connection, "mailing", id=1, issue_id=1, state="sent")
        for number, language in enumerate(("nl", "en"), start=1):
            _fill(
                connection,
                "variant",
                id=number,
                mailing_id=1,
                key="base" if number == 1 else f"base-{number}",
                mail=json.dumps({"language": language}),
            )
    yield database
    database.close()


def _fill(connection: Connection, table: str, **values: object) -> None:
    """A row with these values, and something in every other column that needs it."""
    described = Table(table, MetaData(), autoload_with=connection)
    row = {
        column.name: NOW if column.name.endswith("_at") else "[]"
        for column in described.columns
        if not column.nullable and column.server_default is None
    }
    names = {**row, **values}
    connection.execute(
        text(
            f"insert into {table} ({', '.join(names)}) "
            f"values ({', '.join(f':{name}' for name in names)})"
        ),
        names,
    )


def test_what_was_mailed_is_still_there_and_belongs_together(used: Database) -> None:
    upgrade(used.engine)

    with used.engine.connect() as connection:
        row = connection.execute(
            text(
                "select mailing.state, mailing.kind, variant.key from mailing "
                "join variant on variant.mailing_id = mailing.id order by variant.id"
            )
        ).first()
    assert row == ("sent", "issue", "base")


def test_afterwards_references_are_watched_again(used: Database) -> None:
    upgrade(used.engine)

    with pytest.raises(IntegrityError), used.engine.begin() as connection:
        _fill(connection, "variant", id=3, mailing_id=7, key="lpb", mail="{}")


def test_an_issue_may_have_corrections_and_still_one_mailing(used: Database) -> None:
    upgrade(used.engine)

    with used.engine.begin() as connection:
        for number in (2, 3):
            _fill(connection, "mailing", id=number, issue_id=1, kind="correction")
    with pytest.raises(IntegrityError), used.engine.begin() as connection:
        _fill(connection, "mailing", id=4, issue_id=1)


def test_an_upgrade_that_would_leave_rows_without_their_other_half_is_taken_back(
    used: Database,
) -> None:
    with used.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        _fill(connection, "variant", id=3, mailing_id=7, key="lpb", mail="{}")
        connection.commit()

    with pytest.raises(BrokenReferences, match="a row of variant"):
        upgrade(used.engine)

    with used.engine.connect() as connection:
        columns = connection.execute(text("select * from mailing")).keys()
    assert "kind" not in columns


def test_a_mailing_under_way_gets_the_words_its_mails_need_now(used: Database) -> None:
    upgrade(used.engine)

    with used.engine.connect() as connection:
        mails = connection.scalars(text("select mail from variant order by id")).all()
    assert [json.loads(mail) for mail in mails] == [
        {"language": language, **words_of(language)} for language in ("nl", "en")
    ]


def test_readers_there_were_already_are_counted_and_followed(used: Database) -> None:
    with used.engine.begin() as connection:
        for number, name in enumerate(("anna", "ben"), start=1):
            _fill(connection, "subscriber", id=number, address=name, address_hash=name)
            _fill(
                connection,
                "subscription",
                id=number,
                subscriber_id=number,
                list_id=1,
                state="confirmed",
            )
        _fill(
            connection,
            "consent_record",
            id=1,
            list_id=1,
            seq=1,
            act="imported",
            sender_id=1,
            subscriber_id=1,
            recorded_at=NOW,
        )

    upgrade(used.engine)
    upgrade(used.engine)  # nothing left to do

    readers = text("select subscriber_id from reader")
    with used.engine.begin() as connection:
        assert connection.scalars(readers).all() == [1]
        connection.execute(text("update subscription set state = 'ended'"))
        assert connection.scalars(readers).all() == []


def test_pieces_there_were_already_are_found_by_their_stems(used: Database) -> None:
    with used.engine.begin() as connection:
        _fill(
            connection,
            "library_item",
            id=1,
            slug="tafel",
            kind="story",
            title="De buurttafel",
            body="<p>Elke donderdag zaten er bewoners om de tafel.</p>" * 60,
            language="nl",
        )

    upgrade(used.engine)

    with used.write.begin() as session:
        for asked in ("buurttafels", "bewoner", "Tafel"):
            assert [one.slug for one in find(session, asked)] == ["tafel"]
        (item,) = find(session, "")
        assert item.minutes > 1
        assert find(session, "buurttafel", kind=ItemKind.THEORY) == []
        # And by what an editor makes of it from now on.
        item.title = "De stoep"
        index_item(session, item)
        session.flush()
        assert [one.slug for one in find(session, "stoepen")] == ["tafel"]
        assert find(session, "buurttafel") == []
