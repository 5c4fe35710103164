"""A correction goes to whoever had the item, once, and is counted by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import privacy
from newsletter.dispatch import departures, mailings, settling
from newsletter.dispatch.corrections.errors import (
    AlreadyCorrected,
    BadText,
    CorrectedMeanwhile,
    NobodyHadIt,
    NoCorrection,
    NothingToCorrect,
    UnknownItem,
)
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.corrections.send import MOST_TEXT
from newsletter.dispatch.errors import AlreadyStarted, NotNowPossible
from newsletter.dispatch.locks import lock_mailing_of
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.settling import Outcome
from newsletter.dispatch.states import DeliveryState, MailingKind, MailingState
from newsletter.issues.compose import find_issue
from subscribers import partner_consents, subscriptions, suppression
from subscribers.models import (
    MailingList,
    Sender,
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from tests.at_once import during
from tests.factories import audit_lines
from tests.newsletter.dispatch.corrections.mailed import TEXT, Mailed
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import BY, LPB, end

DAY = timedelta(days=1)


# --- whom it goes to ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "who"),
    [
        ("soep", {"anna", "fenna", "dirk"}),  # everybody
        ("balie", {"fenna"}),  # only in Fryslân
        ("hello", {"anna", "fenna"}),  # LPB has a foreword of its own
        ("foreword-lpb", {"dirk"}),
        ("groet", {"dirk"}),  # a block of LPB's own
    ],
)
def test_it_goes_to_whoever_had_the_item(
    mailed: Mailed, item: str, who: set[str]
) -> None:
    greeting = {"kind": "text", "id": "groet", "text": "Dag van de LPB."}
    mailed.build(
        "anna",
        friesian=("fenna",),
        lpb=("dirk",),
        editions=(
            {**LPB, "foreword": "Dag!", "blocks": [{"after": None, "block": greeting}]},
        ),
    )
    mailed.go_out()

    mailed.correct(item)
    mailed.work()

    assert set(mailed.corrected()) == who
    assert (mailed.sums()["state"], mailed.sums()["accepted"]) == ("sent", len(who))


@pytest.mark.parametrize(
    ("state", "gets_it"),
    [
        (DeliveryState.ACCEPTED, True),
        (DeliveryState.DELIVERED, True),
        (DeliveryState.IN_DOUBT, True),  # may well have it
        (DeliveryState.BOUNCED, False),
        (DeliveryState.COMPLAINED, False),
        (DeliveryState.REFUSED, False),
        (DeliveryState.CANCELLED, False),
    ],
)
def test_who_never_got_the_issue_gets_no_correction(
    mailed: Mailed, state: DeliveryState, gets_it: bool
) -> None:
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.became("ben", state)

    mailed.correct()
    mailed.work()

    assert set(mailed.corrected()) == ({"anna", "ben"} if gets_it else {"anna"})
    assert mailed.sums()["candidates"] == 1 + gets_it


def suppress(session: Session, subscriber: Subscriber) -> None:
    suppression.suppress(
        session,
        address_hash=subscriber.address_hash,
        reason=SuppressionReason.STAFF,
        now=subscriber.joined_at,
    )


def forget(session: Session, subscriber: Subscriber) -> None:
    privacy.forget(session, subscriber, now=subscriber.joined_at)


def rest(_session: Session, subscriber: Subscriber) -> None:
    subscriber.paused_until = (subscriber.joined_at + 9 * DAY).date()


def withdraw(session: Session, subscriber: Subscriber) -> None:
    partner_consents.withdraw_partner(
        session,
        subscriber,
        session.scalars(select(MailingList)).one(),
        session.scalars(select(Sender).where(Sender.slug == "lpb")).one(),
        source="test",
        now=subscriber.joined_at,
    )


GONE: dict[str, tuple[Callable[[Session, Subscriber], None], str]] = {
    "left": (end, "ended"),
    "suppressed": (suppress, "suppressed"),
    "erased": (forget, "suppressed"),
    "rests": (rest, "resting"),
    "took back the partner's consent": (withdraw, "no_consent"),
}


@pytest.mark.parametrize("how", GONE)
def test_who_has_left_since_is_counted_with_the_reason(
    mailed: Mailed, how: str
) -> None:
    change, reason = GONE[how]
    mailed.build("anna", lpb=("dirk",))
    mailed.go_out()
    mailed.change("dirk", change)

    mailed.correct()
    mailed.work()

    assert set(mailed.corrected()) == {"anna"}
    assert mailed.sums()["excluded"][reason] == 1
    assert mailed.sums()["candidates"] == 2


def test_who_leaves_before_it_is_claimed_gets_none(mailed: Mailed) -> None:
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.change("ben", end)

    mailed.work()

    assert set(mailed.corrected()) == {"anna"}
    assert mailed.sums()["cancelled"] == 1


# --- nobody forgotten ---------------------------------------------------------------


def test_whoever_the_issue_reaches_later_gets_the_correction_after_it(
    mailed: Mailed, scripted: Scripted
) -> None:
    scripted.answers["ben"] = "later"
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.work()
    assert scripted.got == {"anna": 2}

    scripted.answers.clear()
    mailed.work(later=timedelta(minutes=6))
    mailed.work(later=timedelta(minutes=6))

    assert scripted.got == {"anna": 2, "ben": 2}
    assert (mailed.sums()["state"], mailed.sums()["accepted"]) == ("sent", 2)


def test_who_is_tried_again_gets_the_correction_too(
    mailed: Mailed, scripted: Scripted
) -> None:
    scripted.answers["ben"] = "refuse"
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.work()
    scripted.answers.clear()

    mailed.retry()
    mailed.work()
    mailed.work(later=timedelta(minutes=6))

    assert scripted.got == {"anna": 2, "ben": 2}


def test_many_readers_are_cut_into_chunks_and_each_gets_one(mailed: Mailed) -> None:
    names = [f"reader{n}" for n in range(11)]  # three in a chunk
    mailed.build(*names)
    mailed.go_out()

    mailed.correct()
    mailed.work()

    assert set(mailed.corrected()) == set(names)


# --- nobody twice -------------------------------------------------------------------


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


# --- what it refuses ----------------------------------------------------------------


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


def test_it_may_be_sent_when_everybody_who_had_it_is_gone(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.change("anna", end)

    mailed.correct()  # the archive shows it

    assert (mailed.sums()["state"], mailed.sums()["prepared"]) == ("sent", 0)


# --- the mail -----------------------------------------------------------------------


def test_a_partners_readers_get_it_in_the_edition_they_know(mailed: Mailed) -> None:
    mailed.build("anna", lpb=("dirk",))
    mailed.go_out()
    mailed.correct()
    mailed.work()

    ours, theirs = mailed.corrected()["anna"], mailed.corrected()["dirk"]

    assert ours["From"].addresses[0].display_name == "Buurtwijs"
    assert theirs["From"].addresses[0].display_name == "Buurtwijs en LPB"
    assert ours["Subject"] == theirs["Subject"] == "Rectificatie: De buurttafel"


def test_it_carries_the_headers_of_every_mail_of_ours(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.correct()
    mailed.work()

    mail = mailed.corrected()["anna"]

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in mail["List-Unsubscribe"]
    assert "buurtwijs.buurtwijs.example" in mail["List-Id"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Het was donderdag, niet dinsdag." in plain.get_content()


def test_one_click_in_it_ends_the_subscription(mailed: Mailed) -> None:
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.work()

    with mailed.database.write.begin() as session:
        correction = mailed.correction(session)
        anna = session.scalars(
            select(Delivery.seq)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(
                Delivery.mailing_id == correction.mailing_id,
                Subscriber.address == "anna@example.nl",
            )
        ).one()
        departures.leave(session, correction.mailing_id, anna, now=mailed.now)

    with mailed.database.read() as session:
        states = {
            subscriber.address: subscriptions.subscriptions_of(session, subscriber)[0]
            for subscriber in session.scalars(select(Subscriber))
        }
        assert states["anna@example.nl"].state is SubscriptionState.ENDED
        assert states["ben@example.nl"].state is SubscriptionState.CONFIRMED


# --- what a person can do to it -----------------------------------------------------


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


# --- what is kept -------------------------------------------------------------------


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
