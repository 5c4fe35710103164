"""What a person does with a correction, what is refused, and what is kept of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter import privacy
from newsletter.dispatch import mailings, settling
from newsletter.dispatch.corrections.errors import (
    BadText,
    NobodyHadIt,
    NoCorrection,
    NothingToCorrect,
    UnknownItem,
)
from newsletter.dispatch.corrections.send import MOST_TEXT
from newsletter.dispatch.errors import NotNowPossible
from newsletter.dispatch.settling import Outcome
from subscribers.models import (
    Subscriber,
)
from tests.factories import audit_lines
from tests.newsletter.dispatch.corrections.mailed import TEXT, Mailed
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import BY

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("item", "text", "refusal", "says"),
    [
        ("soup", TEXT, UnknownItem, "It has: hello, soep, balie"),
        ("soep", "  \n ", BadText, "is empty"),
        ("soep", "x" * (MOST_TEXT + 1), BadText, "2000 is the most"),
        ("soep", "bel\x07", BadText, "control character"),
        ("balie", TEXT, NobodyHadIt, "in no version of issue 42"),
    ],
)
def test_it_is_refused_with_a_sentence_and_nothing_is_written(
    mailed: Mailed, item: str, text: str, refusal: type[Exception], says: str
) -> None:
    mailed.build("anna")
    mailed.go_out()

    with pytest.raises(refusal, match=says):
        mailed.correct(item, text)

    assert mailed.receipt()["corrections"] == []


@pytest.mark.parametrize("scheduled", [False, True])
def test_what_was_not_mailed_is_changed_and_not_corrected(
    mailed: Mailed, scheduled: bool
) -> None:
    mailed.build("anna")
    if scheduled:
        mailed.start(at=mailed.now + DAY)

    with pytest.raises(NothingToCorrect, match="Change the issue itself"):
        mailed.correct()


def test_it_is_paused_resumed_and_cancelled_like_a_mailing(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.correct()

    def steer(act: Callable[..., object]) -> None:
        with mailed.database.write.begin() as session:
            act(session, mailed.correction(session), by=BY, now=mailed.now)

    steer(mailings.pause)
    mailed.work()
    assert mailed.corrected() == {}
    mailings.look_and_resume(
        mailed.database, mailed.settings, 42, 1, by=BY, now=mailed.now
    )
    steer(mailings.cancel)
    mailed.work()

    assert mailed.corrected() == {}
    assert mailed.sums()["cancelled"] == 1
    assert mailed.receipt()["state"] == "sent"
    with pytest.raises(NotNowPossible, match="The correction of issue 42 is cancelled"):
        steer(mailings.pause)


def test_who_is_in_doubt_about_it_is_settled_apart_from_the_issue(
    mailed: Mailed, scripted: Scripted
) -> None:
    mailed.build("anna")
    mailed.go_out()
    scripted.answers["anna"] = "silence"
    mailed.correct()
    mailed.work()
    assert mailed.sums()["in_doubt"] == 1

    with mailed.database.write.begin() as session:
        correction = mailed.correction(session)
        settling.settle(session, correction, Outcome.SENT, by=BY, now=mailed.now)

    assert mailed.sums()["accepted"] == 1


def test_an_unknown_correction_is_named(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.correct()

    with (
        mailed.database.read() as session,
        pytest.raises(NoCorrection, match=r"no correction 7\. It has one: 1\."),
    ):
        mailed.correction(session, 7)


def test_the_audit_log_says_who_corrected_what(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()

    mailed.correct()

    with mailed.database.read() as session:
        *_, line = audit_lines(session, "issue 42")
        assert (line.act, line.by, line.note) == (
            "mailing.correct",
            BY,
            "correction 1: soep",
        )


def test_a_reader_is_shown_that_they_were_mailed_a_correction(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.correct()
    mailed.work()

    with mailed.database.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        deliveries = privacy.export(session, anna)["deliveries"]

    assert [(one["issue"], one["mailing"]) for one in deliveries] == [
        (42, "issue"),
        (42, "correction"),
    ]
