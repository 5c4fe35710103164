"""A mailing by SendGrid: what the ledger says before, during and after its requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsletter.dispatch.flight.marks import Mark
from newsletter.dispatch.models import Chunk, ChunkState, Delivery, DeliveryState
from newsletter.worker import WorkerTrouble
from tests.newsletter.dispatch.village import Village, check_sums
from tests.stand_ins.sendgrid import Body, Reply, Rule, SendGridStandIn

NAMES = tuple(f"reader{number}" for number in range(9))


@contextmanager
def sendgrid(village: Village, rule: Rule, *, chunk: int) -> Iterator[SendGridStandIn]:
    """A mailing to nine readers, started, with this SendGrid for its provider."""
    with SendGridStandIn(rule) as server:
        village.with_settings(
            BUURTPOST_PROVIDER="sendgrid",
            BUURTPOST_CHUNK=str(chunk),
            SENDGRID_HOST=server.url,
            SENDGRID_API_KEY=server.key,
        )
        village.build(*NAMES, editions=())
        village.start()
        yield server


def seqs(body: Body) -> list[int]:
    return [
        int(person["custom_args"]["bw_delivery"].partition("-")[2])
        for person in body["personalizations"]
    ]


def tries(village: Village) -> dict[int, int]:
    """How many deliveries have used up so many tries."""
    with village.database.read() as session:
        by_number = (
            select(Delivery.attempts, func.count())
            .where(Delivery.state != DeliveryState.SENDING)
            .group_by(Delivery.attempts)
        )
        return dict(session.execute(by_number).all())


@pytest.mark.parametrize("chunk", [3, 9])
def test_everybody_in_a_request_is_sending_before_sendgrid_gets_it(
    village: Village, chunk: int
) -> None:
    """In the ledger, for whoever looks, and handed over in the journal; for the first
    request of a chunk and for each part of one that had to be cut."""
    seen: list[str] = []

    def rule(_number: int, body: Body) -> Reply | None:
        who = seqs(body)
        with village.database.read() as session:
            states = session.execute(
                select(Delivery.state, Chunk.state, Chunk.id, Chunk.first_seq)
                .join(Chunk, Delivery.seq.between(Chunk.first_seq, Chunk.last_seq))
                .where(Delivery.seq.in_(who))
            ).all()
        assert len(states) == len(who)
        ((chunk_id, first_seq),) = {(row[2], row[3]) for row in states}
        (journal,) = village.settings.journals.glob(f"{chunk_id}-*.journal")
        marks = journal.read_bytes()[-chunk:]
        seen.extend(
            f"{delivery} in a {parent} chunk" for delivery, parent, *_ in states
        )
        seen.extend(Mark(marks[seq - first_seq]).name for seq in who)
        return Reply(413) if len(who) > 2 else None

    with sendgrid(village, rule, chunk=chunk) as server:
        village.work()

    assert set(seen) == {
        f"{DeliveryState.SENDING} in a {ChunkState.LEASED} chunk",
        "HANDED_OVER",
    }
    assert len(server.requests) > 9 // chunk
    assert server.addressees().total() == 9
    assert village.receipt()["accepted"] == 9
    assert tries(village) == {1: 9}


def test_a_limit_is_waited_for_exactly_and_nobody_has_used_up_a_try(
    village: Village,
) -> None:
    reset = int(time.time()) + 90
    headers = (("X-RateLimit-Reset", str(reset)),)

    def rule(number: int, _body: Body) -> Reply | None:
        return Reply(429, "Too many", headers=headers) if number == 1 else None

    with sendgrid(village, rule, chunk=3) as server:
        village.work()
        document = village.receipt()
        check_sums(document)
        # Threads that were under way when the first one heard of it may have sent.
        assert document["waiting"] >= 3
        assert document["waiting"] + document["accepted"] == 9
        assert tries(village).get(0) == document["waiting"]
        asked = len(server.requests)

        # The village's clock stands still between: it was asked a moment after reset
        # was chosen, so it waits a little less than 90 seconds.
        village.work(later=timedelta(seconds=60))
        assert len(server.requests) == asked
        village.work(later=timedelta(seconds=30))

    assert village.receipt()["accepted"] == 9
    assert server.addressees().total() == 9
    assert tries(village) == {1: 9}


def test_who_is_refused_for_good_is_found_and_the_others_use_up_one_try(
    village: Village,
) -> None:
    def rule(_number: int, body: Body) -> Reply | None:
        if 5 in seqs(body):
            return Reply(400, "Bad address.", "personalizations.0.to.0.email")
        return None

    with sendgrid(village, rule, chunk=9):
        village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["refused"]) == (8, 1)
    assert tries(village) == {1: 9}


def test_a_key_that_is_mended_finds_everybody_as_they_were(village: Village) -> None:
    def rule(number: int, _body: Body) -> Reply | None:
        return Reply(401, "No such key.") if number == 1 else None

    with sendgrid(village, rule, chunk=9) as server:
        with pytest.raises(WorkerTrouble, match="refuses the key"):
            village.work()
        assert (village.receipt()["state"], village.receipt()["waiting"]) == (
            "paused",
            9,
        )
        assert tries(village) == {0: 9}

        village.resume()
        village.work()

    assert server.addressees().total() == 9
    assert tries(village) == {1: 9}


def test_a_request_without_an_answer_is_in_doubt_and_the_rest_goes_on_later(
    village: Village,
) -> None:
    def rule(number: int, _body: Body) -> Reply | None:
        return Reply(0, after_taking=True) if number == 1 else None

    with sendgrid(village, rule, chunk=3) as server:
        village.work()
        document = village.receipt()
        check_sums(document)
        assert document["in_doubt"] == 3
        village.work(later=timedelta(minutes=2))

    document = village.receipt()
    assert (document["in_doubt"], document["accepted"]) == (3, 6)
    assert set(server.addressees().values()) == {1}
