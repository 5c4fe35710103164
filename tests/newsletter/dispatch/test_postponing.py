"""Two who postpone the same chunks at once do not wait for each other."""

import threading
from contextlib import closing
from datetime import timedelta

from newsletter.dispatch.flight import statements
from newsletter.dispatch.sending import flight_of
from tests.newsletter.dispatch.village import Village

TIMES = 40


def test_nobody_waits_for_who_postpones_too(village: Village) -> None:
    village.with_settings(BUURTPOST_CHUNK="1")
    village.build(*(f"reader{number}" for number in range(30)))
    village.start()
    flight = flight_of(village.context)
    troubles: list[Exception] = []

    def postpone(minutes: int) -> None:
        with closing(flight.open_driver()) as driver:
            for turn in range(TIMES):
                until = village.now + timedelta(minutes=minutes + turn)
                try:
                    with driver.transaction() as transaction:
                        transaction.run(statements.POSTPONE, until=driver.moment(until))
                except Exception as error:
                    troubles.append(error)

    threads = [threading.Thread(target=postpone, args=(one,)) for one in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert troubles == []
    village.work()
    assert village.receipt()["waiting"] == 30
