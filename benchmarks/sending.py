"""Recipients per second, ledger and journal included, for each provider."""

import os
import smtplib
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sendgrid import SendGridAPIClient
from sqlalchemy import func, select

from benchmarks import smtp
from benchmarks.measure import Measure, in_turns
from benchmarks.sinks import sink
from benchmarks.village import Village, clock
from newsletter import worker
from newsletter.dispatch import mailings
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import DeliveryState
from newsletter.issues.compose import find_issue
from newsletter.settings import Settings


def measure(village: Village) -> Iterator[Measure]:
    sample = _mail_once(village, village.settings)
    yield _against(
        village,
        "outbox",
        village.settings,
        "write, fsync, rename",
        lambda count: _write_files(village.settings.home / "bare", sample, count),
    )
    with sink("smtp") as port:
        yield _against(
            village,
            "SMTP",
            village.with_provider(
                "smtp", BUURTPOST_SMTP_URL=f"smtp://127.0.0.1:{port}?tls=none"
            ),
            "smtplib, one connection, a prepared message",
            lambda count: _by_smtplib(port, sample, count),
        )
    if programs := smtp.postfix():
        with smtp.smtp_sink(programs) as port:
            yield _against(
                village,
                "SMTP to smtp-sink",
                village.with_provider(
                    "smtp", BUURTPOST_SMTP_URL=f"smtp://127.0.0.1:{port}?tls=none"
                ),
                "smtp-source, 8 sessions, without a ledger",
                lambda count: smtp.by_source(
                    programs, port, size=len(sample), count=count
                ),
            )
    with sink("http") as port:
        host = f"http://127.0.0.1:{port}"
        settings = village.with_provider(
            "sendgrid", SENDGRID_API_KEY="SG.bench", SENDGRID_HOST=host
        )
        yield _against(
            village,
            "SendGrid",
            settings,
            f"the bare client posting ready dicts of {settings.chunk_size}",
            lambda count: _by_client(host, sample, count, settings.chunk_size),
        )


def _against(
    village: Village,
    name: str,
    settings: Settings,
    reference: str,
    bare: Callable[[int], object],
) -> Measure:
    numbers: list[int] = []

    cpu: list[float] = []

    def ours() -> None:
        began = time.process_time()
        worker.run_once(village.context(settings))
        cpu.append(time.process_time() - began)

    def start() -> None:
        numbers.append(village.another_issue())
        mailings.start_now_or_at(
            village.database, settings, numbers[-1], by="bench", at=None, now=clock()
        )

    start()
    count = _waiting(village, numbers[-1])
    taken: list[tuple[float, ...]] = []
    for turn in range(5):
        if turn:
            start()
        taken.append(in_turns(ours, lambda: bare(count), rounds=1))
        _assert_accepted(village, numbers[-1], count)
    ours_s, bare_s = (sorted(column)[2] for column in zip(*taken, strict=True))
    return Measure(
        name=f"send by {name}",
        value=count / ours_s,
        unit="recipients/s",
        reference=reference,
        reference_value=count / bare_s,
        note=f"{count:,} recipients a round, "
        f"{statistics.median(cpu) / count * 1e6:.0f} us of CPU each",
    )


def _mail_once(village: Village, settings: Settings) -> bytes:
    """Mail the first issue to the outbox; one of its mails, as a sample."""
    mailings.start_now_or_at(
        village.database, settings, village.number, by="bench", at=None, now=clock()
    )
    worker.run_once(village.context(settings))
    folder = settings.outbox / str(village.number)
    return next(folder.glob("*.eml")).read_bytes()


def _waiting(village: Village, number: int) -> int:
    return _count(village, number, DeliveryState.QUEUED)


def _assert_accepted(village: Village, number: int, count: int) -> None:
    accepted = _count(village, number, DeliveryState.ACCEPTED)
    assert accepted == count, f"{accepted} of {count} were accepted"


def _count(village: Village, number: int, state: DeliveryState) -> int:
    with village.database.read() as session:
        issue = find_issue(session, number)
        return (
            session.scalar(
                select(func.count())
                .select_from(Delivery)
                .join(Mailing, Mailing.id == Delivery.mailing_id)
                .where(Mailing.issue_id == issue.id, Delivery.state == state)
            )
            or 0
        )


def _write_files(folder: Path, mail: bytes, count: int) -> None:
    folder.mkdir(exist_ok=True)
    stamp = datetime.now().timestamp()  # noqa: DTZ005 - only a name
    for place in range(count):
        path = folder / f"{stamp}-{place}"
        with path.open("wb") as file:
            file.write(mail)
            file.flush()
            os.fsync(file.fileno())
        path.rename(path.with_suffix(".eml"))


def _by_smtplib(port: int, mail: bytes, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.sendmail("redactie@buurtwijs.example", ["anna@x.example"], mail)


def _by_client(host: str, mail: bytes, count: int, size: int) -> None:
    client = SendGridAPIClient("SG.bench", host=host)
    body = {
        "from": {"email": "redactie@buurtwijs.example"},
        "subject": "Beginnen zonder plan",
        "content": [{"type": "text/html", "value": mail.decode("ascii", "replace")}],
    }
    for first in range(0, count, size):
        people = [
            {
                "to": [{"email": f"lezer{place}@lezers.example"}],
                "substitutions": {"-name-": "Anna", "-leave-": "https://x.example/u"},
                "custom_args": {"bw_delivery": str(place)},
            }
            for place in range(first, min(first + size, count))
        ]
        client.send({**body, "personalizations": people})
