"""The same mails without a ledger: ``python -m benchmarks.unledgered MAILING``.

Reads everybody in the chunks of a mailing first. Then it makes their links and lets the
provider send them, from as many threads as it takes: no claim, no journal, no record.
Prints seconds as JSON: of the start, of the sending, and the CPU of steps both have.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime

from database.driver import Driver
from newsletter.dispatch.flight import statements
from newsletter.dispatch.flight.context import Flight
from newsletter.dispatch.flight.letters import Letter, Letters, Links, Reader
from newsletter.dispatch.flight.marks import ByteMarks
from newsletter.providers import open_provider
from newsletter.providers.base import Chunk, Recipient
from newsletter.providers.message import CompiledMessage
from newsletter.settings import read_settings
from subscribers.tokens import Signer

_TURN_SECONDS = 0.0005  # as in the dispatcher
_FILLED = 5000  # mails; enough to know what one costs
_CHUNKS = """
SELECT variant_id, first_seq, last_seq FROM chunk
WHERE mailing_id = :mailing_id ORDER BY first_seq
"""


def main(mailing: int) -> None:
    sys.setswitchinterval(_TURN_SECONDS)
    settings = read_settings(os.environ)
    flight = Flight(
        settings, Signer(settings.signing_keys()), now=lambda: datetime.now(UTC)
    )
    links = Links(settings.base_url, flight.signer, settings.timezone)
    started = time.process_time()
    with closing(flight.open_driver()) as driver:
        chunks = _read(driver, mailing)

    began, cpu_began = time.perf_counter(), time.process_time()
    provider = open_provider(settings)

    def send(letter: Letter, readers: list[Reader]) -> None:
        recipients = links.recipients(letter, readers, mailing_id=mailing)
        buffer = bytearray(len(readers))
        provider.send(
            Chunk(letter.message, recipients),
            marks=ByteMarks(buffer),
            until=lambda: False,
        )

    with ThreadPoolExecutor(provider.at_once) as threads:
        for sent in [threads.submit(send, *chunk) for chunk in chunks]:
            sent.result()
    provider.close()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began

    letter, few = chunks[0]
    few = [reader for _letter, readers in chunks for reader in readers][:_FILLED]
    link_began = time.process_time()
    recipients = tuple(links.recipients(letter, few, mailing_id=mailing))
    linked = time.process_time() - link_began
    filled = _seconds_to_fill(letter, recipients)
    print(
        json.dumps(
            {
                "start_cpu": started,
                "seconds": seconds,
                "cpu": cpu,
                "links": linked / len(few),  # of one mail
                "fill": filled / len(few),
            }
        )
    )


def _read(driver: Driver, mailing: int) -> list[tuple[Letter, list[Reader]]]:
    letters = Letters()
    moment = driver.read_moment
    chunks = []
    with driver.transaction() as read:
        for variant, first, last in read.all(_CHUNKS, mailing_id=mailing):
            letter = letters.of(read, variant)
            rows = read.all(
                statements.READERS,
                mailing_id=mailing,
                first_seq=first,
                last_seq=last,
                list_id=letter.list_id,
                partner_id=letter.partner_id,
                today=driver.day(date.today()),  # noqa: DTZ011 - nobody rests till now
                now=driver.moment(datetime.now(UTC)),
            )
            readers = [
                Reader(seq, address, name, moment(consented_at))
                for seq, address, name, consented_at, _why in rows
            ]
            chunks.append((letter, readers))
    return chunks


def _seconds_to_fill(letter: Letter, recipients: tuple[Recipient, ...]) -> float:
    compiled = CompiledMessage(letter.message, domain="x.example", for_the_wire=True)
    now = datetime.now(UTC)
    began = time.process_time()
    for recipient in recipients:
        compiled.fill(recipient, date=now)
    return time.process_time() - began


if __name__ == "__main__":
    main(int(sys.argv[1]))
