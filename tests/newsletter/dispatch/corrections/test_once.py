"""Nobody gets the same correction twice, whoever presses when."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.errors import (
    AlreadyCorrected,
    CorrectedMeanwhile,
)
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.errors import AlreadyStarted
from newsletter.dispatch.locks import lock_mailing_of
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind, MailingState
from newsletter.issues.compose import find_issue
from tests.at_once import during
from tests.newsletter.dispatch.corrections.mailed import TEXT, Mailed
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import BY


def test_the_same_correction_is_refused_by_whatever_name(mailed: Mailed) -> None:
    mailed.build("anna", blocks=({"kind": "story", "id": "s", "story": "soep"},))
    mailed.go_out()
    mailed.correct("soep")

    for name in ("soep", "s"):
        with pytest.raises(AlreadyCorrected, match="correction 1 of issue 42"):
            mailed.correct(name, f"  {TEXT}\r\n")

    assert len(mailed.receipt()["corrections"]) == 1


@pytest.mark.parametrize(
    ("theirs", "refusal"), [(TEXT, AlreadyCorrected), ("Iets.", CorrectedMeanwhile)]
)
def test_who_presses_at_the_same_moment_is_told_to_look(
    mailed: Mailed, theirs: str, refusal: type[Exception]
) -> None:
    mailed.build("anna")
    mailed.go_out()

    def other(session: Session) -> None:
        issue = find_issue(session, 42)
        lock_mailing_of(session, issue)
        own = Mailing(
            issue_id=issue.id,
            kind=MailingKind.CORRECTION,
            state=MailingState.SENT,
            started_by=BY,
            created_at=mailed.now,
            frozen_at=mailed.now,
        )
        session.add(own)
        session.flush()
        session.add(
            Correction(
                mailing_id=own.id,
                issue_id=issue.id,
                number=1,
                item="soep",
                title="De buurttafel",
                story="soep",
                text=theirs,
                variants=[],
            )
        )

    with pytest.raises(refusal):
        during(mailed.database, other, mailed.correct)

    assert [one["correction"] for one in mailed.receipt()["corrections"]] == [1]


def test_another_correction_of_the_same_item_is_one_more(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.correct()
    mailed.work()

    assert mailed.correct(text="En het was om acht uur.") == 2
    mailed.work()

    assert set(mailed.corrected(1)) == set(mailed.corrected(2)) == {"anna"}


def test_looking_for_latecomers_again_adds_nobody_twice(
    mailed: Mailed, scripted: Scripted
) -> None:
    scripted.answers["ben"] = "later"
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()

    for _ in range(3):
        mailed.work(later=timedelta(minutes=6))

    assert scripted.got["anna"] == 2


def test_an_issue_with_corrections_is_not_started_again(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.correct()

    with pytest.raises(AlreadyStarted):
        mailed.start()

    with mailed.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Mailing)) == 2
