"""What a mailing's row says of why it waits, chunk after chunk."""

from datetime import timedelta

from newsletter.dispatch.flight.pace.notes import Notes, after_chunk
from newsletter.reasons import Code, reason
from tests.conftest import NOW

UNTIL = NOW + timedelta(seconds=90)
BUSY = reason(Code.SENDGRID_ASKS_TO_WAIT, until=UNTIL, words="429")
SECOND = timedelta(seconds=1)


def test_a_chunk_that_was_on_the_wire_does_not_end_the_wait() -> None:
    told, _ = after_chunk(Notes(), accepted=0, refused=(), busy=BUSY, now=NOW)

    after, _ = after_chunk(told, accepted=40, refused=(), busy=None, now=NOW + SECOND)

    assert after.waiting == told.waiting
    assert after.since == NOW


def test_the_first_chunk_after_the_wait_ends_it() -> None:
    told, _ = after_chunk(Notes(), accepted=0, refused=(), busy=BUSY, now=NOW)

    after, _ = after_chunk(told, accepted=40, refused=(), busy=None, now=UNTIL)

    assert after == Notes()
