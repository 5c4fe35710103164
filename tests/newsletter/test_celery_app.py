"""What the workers of many machines do around Celery, with no broker there.

With a broker: ``tests/many_machines``.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from database.session import Database
from newsletter import celery_app
from newsletter.celery_app import Lookout, make_app
from newsletter.cli.worker import CeleryMissing, work_by_celery
from newsletter.jobs.queue import enqueue
from tests.newsletter.dispatch.village import Village

NOWHERE = "amqp://127.0.0.1:1//"


def lookout(village: Village) -> Lookout:
    app = make_app(NOWHERE)
    return Lookout(village.context, app, app.task(print, name="buurtpost.turn"))


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


def test_a_broker_that_is_away_is_one_line_in_the_log(
    village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    village.build("anna")
    village.start()
    looking = lookout(village)

    looking.look()
    looking.look()

    (record,) = caplog.records
    assert "broker is away" in record.message
    assert record.exc_info is None


def test_with_nothing_due_the_broker_is_not_asked(
    village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    lookout(village).look()

    assert caplog.records == []


def test_a_job_is_due_at_its_time_and_offered_like_a_mailing(
    village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    later = village.now + timedelta(hours=1)
    with village.database.write.begin() as session:
        enqueue(session, "confirmation", {}, now=village.now, run_at=later)
    looking = lookout(village)

    looking.look()
    assert caplog.records == []
    village.now = later
    looking.look()
    assert len(caplog.records) == 1


def test_redis_gets_its_tuned_options_and_rabbitmq_none() -> None:
    redis = make_app("redis://127.0.0.1:1/0").conf
    rabbitmq = make_app(NOWHERE).conf

    assert redis.broker_transport_options["unacked_restore_throttle"] == 1
    assert rabbitmq.broker_transport_options == {}
    # A turn must end before its message is taken for lost.
    visibility = redis.broker_transport_options["visibility_timeout"]
    assert visibility > celery_app.TURN_SECONDS
    assert redis.task_acks_late
    assert tuple(redis.accept_content) == ("json",)


def test_without_celery_a_sentence_says_what_to_install(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.cli.worker.find_spec", lambda _name: None)

    with pytest.raises(CeleryMissing, match=r"buurtpost\[celery\]"):
        work_by_celery(village.context, 90)
