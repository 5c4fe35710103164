"""kill -9 at a named point: what is in doubt then is no accident."""

import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from newsletter.dispatch.bundles.models import Bundle
from newsletter.jobs.queue import LEASE
from subscribers.models import Frequency, Subscriber
from tests.faults.conftest import Fresh
from tests.faults.installation import PARTNERS, READERS
from tests.faults.seam_of import Point
from tests.faults.trial import trial

_FLIGHT = "newsletter.dispatch.flight"
LONG = pytest.mark.long
_MARKS = f"{_FLIGHT}.marks"

POINTS = (
    Point("before a chunk is leased", f"{_FLIGHT}.ledger", "_lease_next"),
    Point(
        "after its journal was made and before the claim commits",
        f"{_FLIGHT}.journal",
        "create",
        "after",
    ),
    Point("after the claim", f"{_FLIGHT}.ledger", "claim", "after"),
    Point("before the first mark", _MARKS, "ByteMarks.handed_over"),
    Point(
        "after a mark, before its mail",
        _MARKS,
        "ByteMarks.handed_over",
        "after",
        nth=50,
        in_doubt=True,
    ),
    Point(
        "after an answer, before its mark",
        _MARKS,
        "ByteMarks.accepted",
        nth=50,
        in_doubt=True,
    ),
    Point("after the mark of an answer", _MARKS, "ByteMarks.accepted", "after", nth=50),
    Point("before a chunk is recorded", f"{_FLIGHT}.dispatcher", "record", nth=2),
    Point(
        "in the middle of recording it",
        f"{_FLIGHT}.recording",
        "_Recorder.move",
        "after",
    ),
    Point(
        "after it is recorded, before its journal goes",
        f"{_FLIGHT}.dispatcher",
        "record",
        "after",
        nth=2,
    ),
    Point("after its journal went", f"{_FLIGHT}.journal", "Journal.remove", "after"),
)
# In CI those that differ most in what they leave behind.
QUICK = {POINTS[place].say for place in (1, 4, 5, 8, 9)}

_HOUR = timedelta(hours=1)
_AT = datetime.now(UTC) + _HOUR
FREEZE = (
    Point(
        "when its rows are written and its chunks are not",
        "newsletter.dispatch.plan",
        "_write_ledger",
        "after",
    ),
    Point(
        "when everything is written and nothing committed",
        "newsletter.dispatch.plan",
        "_freeze",
        "after",
    ),
    Point("when it is committed", "newsletter.dispatch.plan", "freeze", "after"),
)


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=LONG)])
@pytest.mark.parametrize(
    "point",
    [
        pytest.param(
            replace(point, whole=whole),
            id=f"{'all of it' if whole else 'the dispatcher'} {point.say}",
            marks=() if point.say in QUICK and whole else LONG,
        )
        for point in POINTS
        for whole in (True, False)
    ],
)
def test_killed(point: Point, backend: str, fresh: Fresh) -> None:
    with trial(fresh(backend), connections=2) as test:
        worker = test.start("--once", die=point)
        code = worker.wait()
        assert test.said.read_text().startswith("died"), "it never came there"
        if point.whole:
            assert code == -signal.SIGKILL
            test.judge(most_in_doubt=300, is_over=False)
            test.work()
        else:
            assert code == 0, "the worker starts another dispatcher"

        verdict = test.judge(most_in_doubt=test.connections)
        assert list(test.installation.journals.iterdir()) == []
        if point.in_doubt:
            assert verdict.in_doubt > 0


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=LONG)])
def test_killed_while_taking_over_from_the_dead(fresh: Fresh, backend: str) -> None:
    replay = Point(
        "while it replays", f"{_FLIGHT}.recording", "_Recorder.move", "after"
    )
    with trial(fresh(backend), connections=2, slow=0.02) as test:
        worker = test.start("--once")
        test.wait_for_mails(20)
        worker.kill()
        assert test.start("--once", die=replay).wait() == -signal.SIGKILL
        test.work()

        test.judge(most_in_doubt=test.connections)


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=LONG)])
@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, id=point.say, marks=() if point is FREEZE[1] else LONG)
        for point in FREEZE
    ],
)
def test_killed_while_it_freezes(point: Point, backend: str, fresh: Fresh) -> None:
    due = _HOUR + timedelta(minutes=1)
    with trial(fresh(backend, at=_AT), connections=2) as test:
        code = test.start("--once", ahead=due, die=point).wait()
        assert code == -signal.SIGKILL
        assert not test.stand_in.lines()

        # The job of whoever died is anybody's when its lease has run out.
        assert test.work(ahead=due + LEASE) == 0
        assert test.receipt()["state"] == "sent"
        test.judge()


BUNDLE = (
    Point(
        "when its rows are written and its chunks are not",
        "newsletter.dispatch.bundles.send",
        "_write_ledger",
        "after",
    ),
    Point(
        "when everything is written and nothing committed",
        "newsletter.dispatch.bundles.send",
        "_freeze",
        "after",
    ),
    Point(
        "when it is committed",
        "newsletter.dispatch.bundles.monthly",
        "make_bundle",
        "after",
    ),
)


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=LONG)])
@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, id=point.say, marks=() if point is BUNDLE[1] else LONG)
        for point in BUNDLE
    ],
)
def test_killed_while_it_makes_a_bundle(
    point: Point, backend: str, fresh: Fresh
) -> None:
    next_month = timedelta(days=33)
    with trial(fresh(backend), connections=2) as test:
        # All of LPB's readers want one mail a month, before anybody is claimed.
        with test.installation.database.write.begin() as session:
            session.execute(
                update(Subscriber)
                .where(Subscriber.address.like("partner%"))
                .values(frequency=Frequency.MONTHLY)
            )
        assert test.work() == 0
        assert test.receipt()["cancelled"] == PARTNERS
        code = test.start("--once", ahead=next_month, die=point).wait()
        assert code == -signal.SIGKILL
        assert len(test.stand_in.lines()) == READERS

        assert test.work(ahead=next_month + LEASE) == 0
        assert test.work(ahead=next_month + timedelta(days=1)) == 0
        with test.installation.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Bundle)) == 1
        assert len(test.stand_in.lines()) == READERS + PARTNERS
        test.judge()
