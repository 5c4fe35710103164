"""Mailings end to end: worker, dispatcher, ledger, journal and tokens, to a sink.

Ours and the reference take turns over the same readers; every mail is filled for its
own reader and must be *accepted* in the ledger at the end of each round.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sendgrid import SendGridAPIClient

from benchmarks import smtp
from benchmarks.flying import Flown, fly
from benchmarks.measure import Measure, Skipped, seconds
from benchmarks.sinks import sink
from benchmarks.village import Village, clock
from newsletter.providers.message import build_message
from newsletter.rendering.merge import MergeTemplate, marker
from newsletter.settings import Settings

CONNECTIONS = 8
MESSAGE = smtp.message_of_40_kb()
A_REQUEST = 1000  # recipients


@dataclass(frozen=True)
class Round:
    """Ours, the reference, and ours without a ledger."""

    ours: Flown
    rate: float  # the reference's, mails a second
    cpu: float  # its CPU, seconds a mail
    bare: dict[str, float]  # what ``unledgered`` printed; {} where it was not run

    @property
    def bare_rate(self) -> float:
        return self.ours.mails / self.bare["seconds"]


def written(template: MergeTemplate) -> str:
    """The text a template was cut from."""
    slots = [*map(marker, template.slots), ""]
    return "".join(
        piece + slot for piece, slot in zip(template.pieces, slots, strict=True)
    )


def measure(
    villages: Sequence[Village], *, server: Path, rounds: int
) -> Iterator[Measure | Skipped]:
    programs = smtp.postfix()
    if programs is None:
        yield Skipped("SMTP end to end", smtp.NO_POSTFIX)
    for village in villages:
        folder = server if village.name == "PostgreSQL" else None
        if programs is not None:
            with smtp.smtp_sink(programs) as port:
                taken = _by_smtp(village, folder, programs, port, rounds, bare=False)
            yield from _compared(f"SMTP to smtp-sink, {village.name}", taken)
            with sink("smtp") as port:
                taken = _by_smtp(village, folder, programs, port, rounds, bare=True)
            yield from _compared(f"SMTP to a faster sink, {village.name}", taken)
            yield from _ledger(village, taken)
        yield _by_sendgrid(village, folder, rounds)


def relay(village: Village, port: int) -> Settings:
    url = f"smtp://127.0.0.1:{port}?tls=none&connections={CONNECTIONS}"
    return village.with_provider("smtp", BUURTPOST_SMTP_URL=url)


def send_once(village: Village, settings: Settings, server: Path | None) -> Flown:
    """Freeze a mailing, send it, forget it."""
    frozen = village.freeze(
        settings, html=written(MESSAGE.html), text=written(MESSAGE.text)
    )
    try:
        return fly(frozen, settings, server=server)
    finally:
        frozen.forget()


def _by_smtp(
    village: Village,
    server: Path | None,
    programs: smtp.Postfix,
    port: int,
    rounds: int,
    *,
    bare: bool,
) -> list[Round]:
    settings = relay(village, port)
    mail = build_message(
        MESSAGE, smtp.people_of(1)[0], domain="x.example", date=clock()
    )
    taken = []
    for _ in range(rounds):
        frozen = village.freeze(
            settings, html=written(MESSAGE.html), text=written(MESSAGE.text)
        )
        without = _unledgered(settings, frozen.mailing) if bare else {}
        ours = fly(frozen, settings, server=server)
        frozen.forget()
        count = max(frozen.readers // 2, 1)
        cpu = smtp.cpu_seconds()
        lasted = seconds(
            partial(smtp.by_source, programs, port, size=len(mail), count=count)
        )
        cpu = smtp.cpu_seconds() - cpu
        taken.append(Round(ours, count / lasted, cpu / count, without))
    return taken


def _unledgered(settings: Settings, mailing: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.unledgered", str(mailing)]
    done = subprocess.run(
        command, env=dict(settings.environment), check=True, capture_output=True
    )
    printed: dict[str, float] = json.loads(done.stdout)
    return printed


def _compared(name: str, taken: Sequence[Round]) -> Iterator[Measure]:
    mails = taken[0].ours.mails
    yield Measure(
        name=name,
        value=_median(taken, lambda turn: turn.ours.rate),
        unit="mails/s",
        reference=smtp.SOURCE,
        reference_value=_median(taken, lambda turn: turn.rate),
        note=f"{mails:,} mails a round, {CONNECTIONS} connections",
    )
    worker = _median(taken, lambda turn: turn.ours.worker_cpu) / mails * 1e6
    postgres = _median(taken, lambda turn: turn.ours.postgres_cpu) / mails * 1e6
    yield Measure(
        name="CPU of a mail",
        value=_median(taken, lambda turn: turn.ours.dispatcher_cpu / mails * 1e6),
        unit="us",
        reference=smtp.SOURCE,
        reference_value=_median(taken, lambda turn: turn.cpu * 1e6),
        note=f"the dispatcher; the worker {worker:.1f}"
        + (f", PostgreSQL {postgres:.1f}" if postgres else ""),
    )


def _ledger(village: Village, taken: Sequence[Round]) -> Iterator[Measure]:
    mails = taken[0].ours.mails
    on = _median(taken, lambda turn: turn.ours.rate)
    off = _median(taken, lambda turn: turn.bare_rate)
    yield Measure(
        name=f"ledger on, {village.name}",
        value=on,
        unit="mails/s",
        reference="the same without claim, journal and record",
        reference_value=off,
        note=f"{(1 / on - 1 / off) * 1e6:.1f} us a mail, its process' start included",
    )
    bare = {
        key: statistics.median(turn.bare[key] for turn in taken)
        for key in taken[0].bare
    }
    cpu = _median(taken, lambda turn: turn.ours.dispatcher_cpu)
    links, fill = bare["links"] * mails, bare["fill"] * mails
    shares = {
        "claim, journal, record": cpu - bare["cpu"] - bare["start_cpu"],
        "tokens and links": links,
        "fill": fill,
        "socket and marks": bare["cpu"] - links - fill,
        "start": bare["start_cpu"],
    }
    yield Measure(
        name=f"CPU of a million, {village.name}",
        value=_median(taken, lambda turn: turn.ours.cpu) / mails * 1e6,
        unit="s",
        note="of the dispatcher's: "
        + ", ".join(f"{step} {part / cpu:.0%}" for step, part in shares.items()),
    )


def _by_sendgrid(village: Village, server: Path | None, rounds: int) -> Measure:
    with sink("http") as port:
        host = f"http://127.0.0.1:{port}"
        settings = village.with_provider(
            "sendgrid",
            SENDGRID_API_KEY="SG.bench",
            SENDGRID_HOST=host,
            BUURTPOST_CHUNK=str(A_REQUEST),
        )
        taken = []
        for _ in range(rounds):
            ours = send_once(village, settings, server)
            bodies = [_body(first) for first in range(0, ours.mails // 2, A_REQUEST)]
            bare = seconds(partial(_by_client, host, bodies))
            taken.append((ours.rate, len(bodies) * A_REQUEST / bare, ours))
    return Measure(
        name=f"SendGrid, {village.name}",
        value=statistics.median(rate for rate, _bare, _ours in taken),
        unit="recipients/s",
        reference="the bare client posting ready dicts",
        reference_value=statistics.median(bare for _rate, bare, _ours in taken),
        note=f"{A_REQUEST:,} a request, {taken[0][2].mails:,} a round, "
        f"{statistics.median(o.cpu / o.mails for _, _, o in taken) * 1e6:.0f} us of "
        "CPU each",
    )


def _by_client(host: str, bodies: Sequence[dict[str, Any]]) -> None:
    client = SendGridAPIClient("SG.bench", host=host)
    for body in bodies:
        client.send(body)


def _body(first: int) -> dict[str, Any]:
    """A request as ours is: the content once, and what differs per person."""
    tags = {slot: f"-{slot.value}-" for slot in MESSAGE.html.slots}
    return {
        "from": {"email": MESSAGE.from_address, "name": MESSAGE.from_name},
        "subject": MESSAGE.subject.fill({}),
        "content": [
            {"type": kind, "value": part.fill(tags)}
            for kind, part in (
                ("text/plain", MESSAGE.text),
                ("text/html", MESSAGE.html),
            )
        ],
        "personalizations": [
            {
                "to": [{"email": person.address, "name": person.name}],
                "substitutions": {
                    tags[slot]: value for slot, value in person.values.items()
                },
                "headers": {"List-Unsubscribe": f"<{person.one_click_url}>"},
                "custom_args": {"bw_delivery": person.delivery},
            }
            for person in smtp.people_of(first + A_REQUEST)[first:]
        ],
    }


def _median(taken: Sequence[Round], what: Callable[[Round], float]) -> float:
    return statistics.median(map(what, taken))
