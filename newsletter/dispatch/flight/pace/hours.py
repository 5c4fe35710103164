"""Sending hours: outside them nothing is claimed, and the mailing says until when."""

from database.driver import Driver
from newsletter.dispatch.flight.context import Flight
from newsletter.reasons import Code, reason

IS_SAID = """
SELECT 1 FROM mailing WHERE state = 'sending' AND waiting <> :waiting
"""
SAY = """
UPDATE mailing SET waiting = :waiting, waiting_since = :now
WHERE state = 'sending' AND waiting <> :waiting
"""


def say_if_closed(flight: Flight, driver: Driver) -> bool:
    """Whether it is outside the sending hours; commits why the mailings wait."""
    if flight.is_open():
        return False
    hours, now = flight.settings.pace.hours, flight.now()
    assert hours is not None  # or it would be open
    waiting = reason(
        Code.OUTSIDE_HOURS,
        until=hours.next_open(now, timezone=flight.settings.timezone),
        opens=f"{hours.opens:%H:%M}",
        closes=f"{hours.closes:%H:%M}",
    ).stored()
    # First look: a worker that waits must not ask for the write lock every second.
    with driver.reading() as read:
        is_said = read.one(IS_SAID, waiting=waiting) is None
    if not is_said:
        with driver.transaction() as transaction:
            transaction.run(SAY, waiting=waiting, now=driver.moment(now))
    return True
