"""A mailing from start to receipt."""

from datetime import timedelta
from hashlib import sha256
from itertools import groupby, pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch import mailings
from newsletter.dispatch.errors import AlreadyStarted, NoMailing, NotNowPossible
from newsletter.dispatch.flight.pace.retry import waits_within
from newsletter.dispatch.models import Chunk, Delivery, Variant
from newsletter.dispatch.receipt import planned
from newsletter.issues.compose import find_issue
from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.rendering.merge import Slot
from newsletter.worker import WorkerTrouble
from subscribers import senders, suppression
from subscribers.models import (
    Frequency,
    PartnerConsent,
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from tests.factories import audit_lines
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import BY, Village, check_sums, end
from tests.newsletter.issues.world import World


def test_everybody_gets_the_one_version_meant_for_them(village: Village) -> None:
    village.build("anna", "ben", friesian=("cleo",), lpb=("dirk",))

    village.start()
    village.work()

    mails = village.outbox()
    assert set(mails) == {"anna", "ben", "cleo", "dirk"}
    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"]) == ("sent", 4)
    assert document["editions"]["lpb"]["accepted"] == 1


def test_who_is_not_mailed_is_counted_with_the_first_reason(village: Village) -> None:
    def also(world: World) -> None:
        for state in ("pending", "ended", "quarantined"):
            world.reader(state, state=SubscriptionState(state))
        world.reader("rests").paused_until = (village.now + timedelta(days=9)).date()
        world.reader("monthly").frequency = Frequency.MONTHLY
        suppressed = world.reader("suppressed", state=SubscriptionState.ENDED)
        suppression.suppress(
            world.session,
            address_hash=suppressed.address_hash,
            reason=SuppressionReason.LEFT,
            note="",
            now=village.now,
        )

    village.build("anna", also=also)

    village.start()

    document = village.receipt()
    check_sums(document)
    assert document["candidates"] == 7
    assert document["excluded"] == {
        "suppressed": 1,
        "ended": 1,
        "quarantined": 1,
        "pending": 1,
        "no_consent": 0,
        "resting": 1,
        "bundled": 1,
        "nothing_for_you": 0,
    }
    village.work()
    assert set(village.outbox()) == {"anna"}


def test_nothing_for_you_means_no_mail(village: Village) -> None:
    village.build(
        "anna",
        friesian=("cleo",),
        blocks=({"kind": "story", "story": "soep", "only": {"region": "PV21"}},),
        editions=(),
    )

    village.start()
    village.work()

    assert set(village.outbox()) == {"cleo"}
    assert village.receipt()["excluded"]["nothing_for_you"] == 1


def test_the_plan_is_the_receipt_before_anything_is_written(village: Village) -> None:
    village.build("anna", "ben", friesian=("cleo",), lpb=("dirk",))
    with village.database.read() as session:
        issue = find_issue(session, 42)
        plan = planned(session, village.settings, issue, now=village.now)
        assert session.scalar(select(Delivery.seq)) is None

    village.start()
    started = village.receipt()

    check_sums(plan)
    assert plan["state"] == "planned"
    assert sum(variant["readers"] for variant in plan["variants"]) == plan["prepared"]
    for name in ("issue", "candidates", "excluded", "prepared", "waiting", "editions"):
        assert plan[name] == started[name]


def test_the_ledger_is_dense_and_ordered_by_variant(village: Village) -> None:
    village.build(*"abcdefg", friesian=("h", "i", "j", "k"), lpb=("l",))
    village.start()

    with village.database.read() as session:
        rows = session.execute(
            select(Delivery.seq, Delivery.variant_id, Delivery.subscriber_id).order_by(
                Delivery.seq
            )
        ).all()
        chunks = session.scalars(select(Chunk).order_by(Chunk.first_seq)).all()
    assert [row.seq for row in rows] == list(range(1, 13))
    for earlier, later in pairwise(rows):
        if earlier.variant_id == later.variant_id:
            assert earlier.subscriber_id < later.subscriber_id, "neighbours"
    assert len({row.variant_id for row in rows}) == 3
    covered = [seq for c in chunks for seq in range(c.first_seq, c.last_seq + 1)]
    assert covered == list(range(1, 13)), "each delivery is in exactly one chunk"
    by_seq = {row.seq: row.variant_id for row in rows}
    for chunk in chunks:
        assert chunk.last_seq - chunk.first_seq < 3
        assert by_seq[chunk.first_seq] == by_seq[chunk.last_seq] == chunk.variant_id


def test_a_list_in_the_order_of_its_domains_is_mixed(
    village: Village, scripted: Scripted
) -> None:
    domains, each = ("gmail", "ziggo"), 256

    def also(world: World) -> None:
        for domain in domains:
            for number in range(each):
                reader = world.reader(f"{domain}{number}")
                reader.address_hash = sha256(reader.address.encode()).digest()

    village.build(also=also)
    village.with_settings(BUURTPOST_CHUNK="128")
    village.start()
    village.work()

    assert sum(scripted.got.values()) == len(domains) * each
    for chunk in scripted.chunks:
        sent = [recipient.address[:5] for recipient in chunk.recipients]
        assert set(sent) == set(domains)
        assert max(len(list(run)) for _, run in groupby(sent)) < 16


def test_a_second_start_changes_nothing_and_names_the_first(village: Village) -> None:
    village.build("anna")
    village.start()
    before = village.receipt()

    with pytest.raises(AlreadyStarted, match="started by operator and is being sent"):
        village.start()

    assert village.receipt() == before
    village.work()
    with pytest.raises(AlreadyStarted, match="was sent on Friday 20 November 2026"):
        village.start()
    village.work()
    assert set(village.outbox()) == {"anna"}


def test_who_leaves_or_is_suppressed_in_time_is_not_mailed(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", "cleo", "eva", lpb=("dirk",))
    village.start()

    def suppress(session: Session, subscriber: Subscriber) -> None:
        suppression.suppress(
            session,
            address_hash=subscriber.address_hash,
            reason=SuppressionReason.COMPLAINED,
            note="",
            now=village.now,
        )

    def take_back(session: Session, subscriber: Subscriber) -> None:
        session.query(PartnerConsent).filter_by(subscriber_id=subscriber.id).delete()

    def erase(session: Session, subscriber: Subscriber) -> None:
        session.query(Delivery).filter_by(subscriber_id=subscriber.id).update(
            {Delivery.subscriber_id: None}
        )

    village.change("ben", end)
    village.change("cleo", suppress)
    village.change("dirk", take_back)
    village.change("eva", erase)
    village.work()

    assert set(scripted.got) == {"anna"}
    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["cancelled"]) == (1, 4)
    assert document["state"] == "sent"


def test_each_mail_has_what_is_the_readers_own(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    village.change("anna", lambda _session, anna: setattr(anna, "name", "Anna Ø"))
    mailing = village.start()
    village.work()

    anna, ben = scripted.mails["anna"], scripted.mails["ben"]
    assert anna.delivery.startswith(f"{mailing}-")
    assert (anna.values[Slot.NAME], ben.values[Slot.NAME]) == ("Anna Ø", "lezer")
    assert anna.values[Slot.SINCE] == "20 november 2026"
    assert anna.one_click_url == anna.values[Slot.LEAVE_URL]
    assert anna.values[Slot.LEAVE_URL].startswith(
        f"{village.settings.base_url}/unsubscribe/"
    )
    assert anna.values[Slot.LEAVE_URL] != anna.values[Slot.PREFERENCES_URL]
    (chunk,) = scripted.chunks
    headers = dict(chunk.message.headers)
    assert headers["List-Id"] == '"Buurtwijs" <buurtwijs.buurtwijs.example>'
    assert headers["Feedback-ID"] == f"42:buurtwijs:m{mailing}:buurtpost"
    assert chunk.message.folder == "42"


def test_an_answer_decides_what_a_delivery_becomes(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", "cleo", "dirk")
    scripted.answers = {"ben": "refuse", "cleo": "later", "dirk": "silence"}
    village.start()
    village.work()

    document = village.receipt()
    check_sums(document)
    assert [document[s] for s in ("accepted", "refused", "waiting", "in_doubt")] == [
        1,
        1,
        1,
        1,
    ]
    assert document["state"] == "sending"
    with village.database.read() as session:
        details = {d.detail for d in session.scalars(select(Delivery))}
    assert "550 <(address)> unknown here" in details, "the ledger holds no address"


def test_later_is_tried_again_when_it_is_due_and_ends(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    scripted.answers = {"ben": "later"}
    village.start()
    village.work()

    village.work(later=timedelta(minutes=4))
    assert len(scripted.chunks) == 1, "not before its time"
    for _ in range(60):
        village.work(later=timedelta(hours=1))
        check_sums(village.receipt())

    document = village.receipt()
    assert (document["accepted"], document["refused"]) == (1, 1)
    assert document["state"] == "sent"
    assert scripted.got == {"anna": 1}
    assert len(scripted.chunks) == 1 + len(waits_within(48))


def test_a_provider_that_refuses_us_pauses_the_mailing_with_its_words(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdef")
    village.start()
    scripted.fails = {
        name: ProviderMisconfigured("The key was refused. Set a new one.")
        for name in "abcdef"
    }

    with pytest.raises(WorkerTrouble, match="key was refused"):
        village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["waiting"]) == ("paused", 6)
    assert "key was refused" in document["reason"]
    assert len(scripted.chunks) == 1, "it is not asked again and again"

    scripted.fails = {}
    village.resume()
    village.work()
    assert village.receipt()["accepted"] == 6
    assert "reason" not in village.receipt()


def test_who_a_refused_key_left_waiting_is_due_at_once_when_it_is_mended(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    village.start()
    scripted.answers = {"anna": "later"}  # so says SendGrid of all in the request
    scripted.fails = {"ben": ProviderMisconfigured("The key was refused.")}
    with pytest.raises(WorkerTrouble):
        village.work()

    scripted.answers, scripted.fails = {}, {}
    village.resume()
    village.work()

    assert village.receipt()["accepted"] == 2


def test_a_sender_called_base_takes_nobody_from_the_base_issue(
    village: Village,
) -> None:
    def also(world: World) -> None:
        senders.add_sender(world.session, slug="base", name="Base", postal_address="")

    village.build("anna", also=also)

    village.start()
    village.work()

    assert set(village.outbox()) == {"anna"}


def test_a_busy_provider_is_left_alone_until_it_said(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdefghi")
    village.start()
    scripted.fails = {n: ProviderBusy("429", seconds=600) for n in "abcdefghi"}

    village.work()

    assert len(scripted.chunks) == 1, "the other chunks wait as well"
    assert village.receipt()["waiting"] == 9
    scripted.fails = {}
    village.work(later=timedelta(seconds=599))
    assert not scripted.got
    village.work(later=timedelta(seconds=1))
    assert village.receipt()["accepted"] == 9


def test_a_mistake_of_ours_pauses_instead_of_repeating(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    village.start()
    scripted.fails = {"anna": KeyError("oops")}  # type: ignore[dict-item]

    with pytest.raises(WorkerTrouble, match="KeyError"):
        village.work()

    assert village.receipt()["state"] == "paused"


def test_a_provider_gets_no_more_at_a_time_than_it_carries(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abc")
    scripted.chunk_size = 2
    village.start()
    village.work()

    assert [len(chunk.recipients) for chunk in scripted.chunks] == [2, 1]
    assert village.receipt()["accepted"] == 3


def test_pause_stops_before_the_next_hand_over_and_resume_goes_on(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdef")
    village.start()
    seen: list[str] = []

    def pause_at_the_second(name: str) -> None:
        seen.append(name)
        if len(seen) == 2:
            village.pause()
            _wait_for_a_look()

    scripted.before_each = pause_at_the_second
    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"], document["waiting"]) == (
        "paused",
        1,
        5,
    )
    village.work()
    assert village.receipt() == document, "nothing is claimed while it is paused"
    village.resume()
    village.work()
    assert village.receipt()["accepted"] == 6
    assert set(scripted.got.values()) == {1}


def test_cancel_is_for_good_and_counts_what_went(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdef")
    village.start()
    seen: list[str] = []

    def cancel_at_the_second(name: str) -> None:
        seen.append(name)
        if len(seen) == 2:
            village.cancel()
            _wait_for_a_look()

    scripted.before_each = cancel_at_the_second
    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"], document["cancelled"]) == (
        "cancelled",
        1,
        5,
    )
    with pytest.raises(NotNowPossible, match="is cancelled"):
        village.pause()
    with pytest.raises(NotNowPossible, match="is cancelled"):
        village.cancel()


def _wait_for_a_look() -> None:
    """Longer than the hold takes to see what a person did."""
    import time

    from newsletter.dispatch.flight.hold import LOOK_SECONDS

    time.sleep(LOOK_SECONDS + 0.3)


def test_retry_takes_only_who_was_refused(village: Village, scripted: Scripted) -> None:
    village.build("anna", "ben", "cleo")
    scripted.answers = {"ben": "refuse", "cleo": "silence"}
    village.start()
    village.work()

    scripted.answers = {}
    tried = village.retry()
    assert tried == 1
    assert village.receipt()["state"] == "sending"
    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["in_doubt"]) == (2, 1)
    assert document["state"] == "sent"
    assert scripted.got == {"anna": 1, "ben": 1}
    with pytest.raises(NotNowPossible, match="Nobody was refused"):
        village.retry()


def test_an_issue_nobody_may_get_is_sent_at_once(village: Village) -> None:
    village.build()
    village.start()

    assert village.receipt()["state"] == "sent"


def test_what_was_never_started_has_no_receipt(village: Village) -> None:
    village.build("anna")

    with pytest.raises(NoMailing, match="mailings start 42"):
        village.receipt()


def test_every_act_is_in_the_audit_log(village: Village) -> None:
    village.build("anna")
    village.start()
    village.act(
        lambda s, i: mailings.pause(s, i, by="anna@redactie.nl", now=village.now)
    )
    village.cancel()

    with village.database.read() as session:
        lines = audit_lines(session, "issue 42")
    acts = [(line.act, line.by) for line in lines if line.act.startswith("mailing.")]
    assert acts == [
        ("mailing.start", BY),
        ("mailing.pause", "anna@redactie.nl"),
        ("mailing.cancel", BY),
    ]


def test_the_archive_keeps_every_variant_as_it_was_mailed(village: Village) -> None:
    village.build("anna", friesian=("cleo",))
    village.start()

    with village.database.read() as session:
        variants = session.scalars(select(Variant).order_by(Variant.label)).all()
    assert variants[0].key == "base"
    assert all(len(variant.sha256) == 64 and variant.web for variant in variants)
