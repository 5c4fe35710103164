"""Two who postpone the same chunks at once do not wait for each other."""

from contextlib import closing
from datetime import timedelta

import pytest

from newsletter.dispatch.flight import statements
from newsletter.dispatch.sending import flight_of
from tests.newsletter.dispatch.village import Village


# SQLite has one writer: there nobody holds a row while another writes.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_row_somebody_else_holds_is_passed_over(village: Village) -> None:
    village.with_settings(BUURTPOST_CHUNK="1")
    village.build("anna", "ben", "cleo")
    village.start()
    flight = flight_of(village.context)

    with closing(flight.open_driver()) as one, closing(flight.open_driver()) as other:
        until = one.moment(village.now + timedelta(minutes=5))
        with one.transaction() as holding:
            holding.run("UPDATE chunk SET worker = 'one' WHERE first_seq = 2")
            with other.transaction() as postponing:
                postponing.run("SET LOCAL lock_timeout = '2s'")
                assert postponing.run(statements.POSTPONE, until=until) == 2
    village.work()

    assert village.receipt()["accepted"] == 1
