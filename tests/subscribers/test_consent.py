"""Evidence that holds: whatever is changed afterwards is found, erasing is not."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import delete, event, insert, select, update

from database.session import one_view
from subscribers import consent, wordings
from subscribers.consent import Entry
from subscribers.lists import add_list
from subscribers.models import (
    ConsentAct,
    ConsentHead,
    ConsentRecord,
    ConsentWording,
    MailingList,
    Secret,
)
from subscribers.senders import add_sender
from subscribers.verification import verify
from tests.conftest import NOW
from tests.factories import ANNA, BEN, a_list, a_reader, a_sign_up

PEOPLE = ("anna@example.nl", "ben@example.nl", "cleo@example.nl", "dora@example.nl")


@pytest.fixture
def mailing_list(session):
    return add_list(
        session,
        slug="buurtwijs",
        name="Buurtwijs",
        sender="Stichting Buurtwijs",
        from_address="post@buurtwijs.example",
        postal_address="Dorpsstraat 1, Dorp",
        now=NOW,
    )


@pytest.fixture
def ledger(session, mailing_list):
    """Four people said yes, in two batches."""
    words = wordings.current(session, mailing_list, mailing_list.sender, "nl", NOW)
    for batch in (PEOPLE[:3], PEOPLE[3:]):
        consent.append(
            session,
            [
                Entry(
                    act=ConsentAct.CONFIRMED,
                    sender_id=mailing_list.sender_id,
                    subscriber_id=PEOPLE.index(address) + 1,
                    address=address,
                    source="form",
                    wording_id=words.id,
                    proof="",
                )
                for address in batch
            ],
            list_id=mailing_list.id,
            now=NOW,
        )
    return mailing_list


def _lines(session):
    return session.scalars(select(ConsentRecord).order_by(ConsentRecord.seq)).all()


def test_an_untouched_ledger_verifies(session, ledger):
    assert verify(session) == []
    assert [line.seq for line in _lines(session)] == [1, 2, 3, 4]
    assert consent.head(session, ledger.id) == _lines(session)[-1].seal


def test_an_empty_ledger_verifies(session, mailing_list):
    assert verify(session) == []
    assert consent.head(session, mailing_list.id) == consent.BEGINNING


def test_erasing_a_person_keeps_the_chain_whole(session, ledger):
    consent.erase(session, 2)

    assert verify(session) == []
    erased = _lines(session)[1]
    session.refresh(erased)
    assert (erased.subscriber_id, erased.salt, erased.address) == (None, None, None)
    assert consent.records_of(session, 2) == []


CHANGES = {
    "list_id": None,  # moved to another list, below
    "seq": 99,
    "act": ConsentAct.WITHDRAWN,
    "sender_id": None,  # another sender, below
    "wording_id": None,
    "source": "import",
    "proof": "they said so",
    "recorded_at": NOW + timedelta(seconds=1),
    "commitment": b"c" * 32,
    "seal": b"s" * 32,
    "subscriber_id": 7,
    "salt": b"s" * 16,
    "address": "mallory@example.nl",
}


def test_the_table_below_names_every_column():
    assert {*CHANGES, "id"} == set(ConsentRecord.__table__.columns.keys())


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("seq", [1, 2, 4])
def test_a_changed_column_is_found_at_its_line(session, ledger, column, seq):
    other = add_list(
        session,
        slug="agenda",
        name="Agenda",
        sender="Iemand anders",
        from_address="post@elders.example",
        postal_address="Elders 2",
        now=NOW,
    )
    value = {"list_id": other.id, "sender_id": other.sender_id}.get(
        column, CHANGES[column]
    )

    session.execute(
        update(ConsentRecord).where(ConsentRecord.seq == seq).values({column: value})
    )

    first = next(
        broken for broken in verify(session) if broken.list_slug == ledger.slug
    )
    assert first.seq == seq


@pytest.mark.parametrize("column", ["subscriber_id", "salt", "address"])
def test_half_an_erasure_is_found(session, ledger, column):
    session.execute(
        update(ConsentRecord).where(ConsentRecord.seq == 2).values({column: None})
    )

    assert [broken.seq for broken in verify(session)] == [2]


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
def test_a_removed_line_is_found(session, ledger, seq):
    session.execute(delete(ConsentRecord).where(ConsentRecord.seq == seq))

    (broken,) = verify(session)

    assert broken.seq == seq
    assert "buurtwijs, line" in str(broken)


@pytest.mark.parametrize("seq", [1, 3])
def test_a_removed_line_is_found_when_the_rest_is_renumbered(session, ledger, seq):
    session.execute(delete(ConsentRecord).where(ConsentRecord.seq == seq))
    for later in range(seq + 1, 5):
        session.execute(
            update(ConsentRecord)
            .where(ConsentRecord.seq == later)
            .values(seq=ConsentRecord.seq - 1)
        )

    assert verify(session)[0].seq == seq


def test_exchanged_lines_are_found(session, ledger):
    for old, new in ((2, 99), (3, 2), (99, 3)):
        session.execute(
            update(ConsentRecord).where(ConsentRecord.seq == old).values(seq=new)
        )

    assert verify(session)[0].seq == 2


def test_an_added_line_is_found(session, ledger):
    last = _lines(session)[-1]
    copy = {
        column.key: getattr(last, column.key)
        for column in ConsentRecord.__table__.columns
        if column.key != "id"
    }

    session.execute(insert(ConsentRecord).values(copy | {"seq": 5}))

    assert verify(session)[0].seq == 5


def test_a_changed_wording_is_found(session, ledger):
    session.execute(update(ConsentWording).values(text="Ja, alles, aan iedereen."))

    assert verify(session)[0].seq == 1


def test_a_ledger_cut_off_together_with_its_head_is_found_by_a_receipt(session, ledger):
    seen = consent.head(session, ledger.id)
    session.execute(delete(ConsentRecord).where(ConsentRecord.seq > 2))
    third = _lines(session)[-1]
    session.execute(update(ConsentHead).values(seq=2, seal=third.seal))

    assert verify(session) == []
    (broken,) = verify(session, witnesses={"buurtwijs": {"issue 42": seen}})
    assert "issue 42" in broken.why


def test_a_ledger_without_its_head_is_found(session, ledger):
    session.execute(delete(ConsentHead))

    assert "cut off" in verify(session)[0].why


def test_a_ledger_written_anew_with_another_key_is_found(session, ledger):
    session.execute(
        update(Secret).where(Secret.name == "consent").values(key=b"k" * 32)
    )

    assert verify(session)[0].seq == 1


def test_every_list_has_its_own_chain(session, ledger):
    other = add_list(
        session,
        slug="agenda",
        name="Agenda",
        sender="Stichting Buurtwijs",
        from_address="post@buurtwijs.example",
        postal_address="Dorpsstraat 1, Dorp",
        now=NOW,
    )
    consent.append(
        session,
        [Entry(ConsentAct.IMPORTED, other.sender_id, 1, PEOPLE[0], "import")],
        list_id=other.id,
        now=NOW,
    )
    session.execute(update(ConsentRecord).values(source="changed"))

    assert [(b.list_slug, b.seq) for b in verify(session)] == [
        ("buurtwijs", 1),
        ("agenda", 1),
    ]


def test_thousands_of_lines_are_appended_in_batches(session, ledger):
    for start in range(0, 4_000, 2_000):
        consent.append(
            session,
            [
                Entry(
                    ConsentAct.IMPORTED,
                    ledger.sender_id,
                    number,
                    f"reader{number}@example.nl",
                    "import",
                    proof="Laposta, 2024",
                )
                for number in range(start, start + 2_000)
            ],
            list_id=ledger.id,
            now=NOW,
        )

    assert verify(session) == []
    assert _lines(session)[-1].seq == 4_004


def test_words_get_a_new_version_only_when_they_change(session, mailing_list):
    first = wordings.current(session, mailing_list, mailing_list.sender, "nl", NOW)
    again = wordings.current(session, mailing_list, mailing_list.sender, "nl", NOW)
    english = wordings.current(session, mailing_list, mailing_list.sender, "en", NOW)
    mailing_list.name = "Buurtwijs weekblad"
    changed = wordings.current(session, mailing_list, mailing_list.sender, "nl", NOW)

    assert again is first
    assert (first.version, english.version, changed.version) == (1, 1, 2)
    assert "weekblad" in changed.text
    assert "weekblad" not in first.text


def test_a_partner_has_words_of_its_own_and_an_unknown_language_is_dutch(
    session, mailing_list
):
    lpb = add_sender(session, slug="lpb", name="LPB", postal_address="")

    words = wordings.current(session, mailing_list, lpb, "fr", NOW)

    assert words.language == "nl"
    assert "LPB krijgt mijn adres niet" in words.text


def test_who_signs_up_while_it_is_read_is_no_line_cut_off(database):
    with database.write.begin() as session:
        number = a_list(session).id
        a_reader(session, session.get(MailingList, number), ANNA)
    waiting = [BEN]

    def signs_up(_connection, _cursor, statement, *_rest):
        # The lines are read; before the end they should have is, Ben comes.
        if waiting and "FROM consent_head" in statement:
            with database.write.begin() as other:
                a_sign_up(other, other.get(MailingList, number), waiting.pop())

    with database.read() as session:
        one_view(session)
        event.listen(database.engine, "before_cursor_execute", signs_up)
        assert verify(session) == []
        event.remove(database.engine, "before_cursor_execute", signs_up)
    assert waiting == []


def test_lines_written_at_the_same_time_queue_up(database):
    with database.write.begin() as session:
        a_list(session)

    def sign_up(number: int) -> None:
        with database.write.begin() as session:
            mailing_list = session.scalars(select(MailingList)).one()
            a_reader(session, mailing_list, f"reader{number}@example.nl")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(sign_up, range(20)))

    with database.read() as session:
        assert verify(session) == []
        assert [line.seq for line in _lines(session)] == list(range(1, 41))


@given(some.integers(0), some.text())
def test_a_commitment_is_to_the_json_of_who_it_is_about(number, address):
    person = json.dumps([number, address]).encode()

    assert consent.commit(b"salt", number, address) == sha256(b"salt" + person).digest()


def test_a_line_is_one_json_array(mailing_list):
    line = consent.canonical(
        list_id=3,
        seq=7,
        act=ConsentAct.IMPORTED,
        sender_id=5,
        wording_id=None,
        wording="",
        source="import",
        proof='Café, "map 12"',
        recorded_at=NOW,
    )

    assert json.loads(line) == [
        3, 7, "imported", 5, None, "", "import", 'Café, "map 12"',
        "2026-11-20T09:30:00.000000+00:00",
    ]  # fmt: skip
