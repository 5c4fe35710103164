from datetime import timedelta

from sqlalchemy import select

from subscribers import retention, subscriptions
from subscribers.imports.intake import import_readers
from subscribers.models import MailingList, SignupRequest, Subscriber
from subscribers.verification import verify
from tests.at_once import during
from tests.conftest import NOW
from tests.factories import ANNA, BEN, CLEO, a_list, a_reader, a_sign_up

WEEK = timedelta(days=7)


def _known(database):
    with database.read() as session:
        return set(session.scalars(select(Subscriber.address)))


def test_who_never_confirmed_is_forgotten_after_a_week(database):
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_sign_up(session, mailing_list, ANNA, now=NOW - WEEK - timedelta(seconds=1))
        a_sign_up(session, mailing_list, BEN, now=NOW - WEEK)
        a_reader(session, mailing_list, CLEO, now=NOW - 2 * WEEK)

    forgotten = retention.run(database, pending_days=7, now=NOW)

    assert forgotten == retention.Forgotten(requests=2, subscriptions=1, subscribers=1)
    assert _known(database) == {BEN, CLEO}
    with database.read() as session:
        assert verify(session) == []
        assert len(session.scalars(select(SignupRequest)).all()) == 1


def test_who_asked_again_lately_is_kept(database):
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_sign_up(session, mailing_list, now=NOW - 2 * WEEK)
        recent = a_sign_up(session, mailing_list, now=NOW)

    retention.run(database, pending_days=7, now=NOW)

    with database.write.begin() as session:
        assert subscriptions.confirm(session, recent, now=NOW) is not None


def test_a_reader_of_another_list_stays_known(database):
    with database.write.begin() as session:
        a_reader(session, a_list(session), now=NOW - 2 * WEEK)
        agenda = a_list(session, "agenda")
        a_sign_up(session, agenda, now=NOW - 2 * WEEK)

    forgotten = retention.run(database, pending_days=7, now=NOW)

    assert (forgotten.subscriptions, forgotten.subscribers) == (1, 0)
    assert _known(database) == {ANNA}


def test_many_are_forgotten_in_several_steps(database, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    with database.write.begin() as session:
        mailing_list = a_list(session)
        for number in range(7):
            a_sign_up(
                session, mailing_list, f"reader{number}@example.nl", now=NOW - 2 * WEEK
            )

    assert retention.run(database, pending_days=7, now=NOW).subscribers == 7
    assert _known(database) == set()
    assert retention.run(database, pending_days=7, now=NOW).subscribers == 0


def test_quarantine_ends_after_half_a_year(database, tmp_path):
    """As long after they came in; when they joined elsewhere is no matter."""
    file = tmp_path / "readers.csv"
    file.write_text(f"email,joined_at\n{ANNA},2015-01-01\n{BEN},2015-01-01\n")
    with database.write.begin() as session:
        a_list(session)
        agenda = a_list(session, "agenda")
        a_reader(session, agenda, BEN)
    import_readers(
        database, file, mailing_list="buurtwijs", proof=None, mapping={},
        dry_run=False, now=NOW,
    )  # fmt: skip

    def night(days):
        now = NOW + timedelta(days=days)
        return retention.run(database, pending_days=7, now=now).subscriptions

    assert night(retention.QUARANTINE_DAYS) == 0
    assert night(retention.QUARANTINE_DAYS + 1) == 2
    assert _known(database) == {BEN}  # who reads another list


def test_who_signs_up_while_they_are_being_forgotten_can_still_confirm(database):
    with database.write.begin() as session:
        mailing_list = a_list(session).id
        a_sign_up(session, session.get(MailingList, mailing_list), now=NOW - 2 * WEEK)
    asked = []

    during(
        database,
        lambda session: asked.append(
            a_sign_up(session, session.get(MailingList, mailing_list), now=NOW)
        ),
        lambda: retention.run(database, pending_days=7, now=NOW),
    )

    with database.write.begin() as session:
        assert subscriptions.confirm(session, asked[0], now=NOW) is not None
