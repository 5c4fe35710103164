"""SMTP against Postfix's own programs, smtplib and arithmetic.

``smtp-source`` (C, 8 sessions that stay open) is the reference. ``smtp-sink`` reads a
mail byte by byte and is the limit of both, so CPU per mail stands beside the rate, and
the same once more with the sink of ``benchmarks.sinks``, which does not. The mails are
40 kB with 40 slots, and every one of ours is filled for its own reader. The provider is
used as the dispatcher does: chunks of 500 from as many threads as it says.
"""

import os
import resource
import shutil
import smtplib
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.measure import ROUNDS, Measure, Skipped
from benchmarks.sinks import DELAY_SECONDS, sink
from benchmarks.village import Village
from newsletter.dispatch.flight.marks import ByteMarks, Mark
from newsletter.providers import open_provider
from newsletter.providers.base import Chunk, Message, Provider, Recipient
from newsletter.providers.message import build_message
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html, marker

MAILS = 8000  # a round
CHUNK = 500
SLOW_CONNECTIONS = 64
SOURCE = "smtp-source, 8 sessions"
SOURCE_ANEW = "smtp-source, 8 at a time, a session a mail"
_SBIN = "/usr/sbin:/usr/lib/postfix/sbin"
NO_POSTFIX = "Postfix is not installed (Debian: sudo apt install postfix)"


@dataclass(frozen=True)
class Turn:
    """What one sender needed for one mail, in one round."""

    seconds: float
    cpu_seconds: float


def measure(village: Village) -> Iterator[Measure | Skipped]:
    programs = postfix()
    if programs is None:
        yield Skipped("SMTP to smtp-sink", NO_POSTFIX)
    else:
        with smtp_sink(programs) as port:
            yield from _against_postfix(village, programs, port)
        with sink("smtp") as port:
            yield from _against_source(village, programs, port)
    yield _against_arithmetic(village)


@dataclass(frozen=True)
class Postfix:
    """Where Debian keeps the two programs."""

    source: str
    sink: str


def postfix() -> Postfix | None:
    source, target = _program("smtp-source"), _program("smtp-sink")
    return Postfix(source, target) if source and target else None


def _against_postfix(
    village: Village, programs: Postfix, port: int
) -> Iterator[Measure]:
    people, message = people_of(MAILS), message_of_40_kb()
    mail = build_message(message, people[0], domain="x.example", date=_now())
    provider = _provider(village, port, connections=8)
    rounds = _in_turns(
        lambda: _by_us(provider, message, people),
        lambda: by_source(programs, port, size=len(mail), count=MAILS),
        lambda: by_source(programs, port, size=len(mail), count=MAILS // 4, keep=False),
        lambda: _by_smtplib(port, mail, MAILS // 8),
    )
    provider.close()
    ours, reference, anew, library = rounds
    note = f"{len(mail):,} bytes, 8 connections"
    for name, other in (
        (SOURCE, reference),
        (SOURCE_ANEW, anew),
        ("smtplib, 8 threads, a prepared mail", library),
    ):
        yield from _compared("SMTP to smtp-sink", ours, name, other, note)


def _against_source(
    village: Village, programs: Postfix, port: int
) -> Iterator[Measure]:
    people, message = people_of(MAILS), message_of_40_kb()
    mail = build_message(message, people[0], domain="x.example", date=_now())
    provider = _provider(village, port, connections=8)
    ours, reference, anew = _in_turns(
        lambda: _by_us(provider, message, people),
        lambda: by_source(programs, port, size=len(mail), count=MAILS),
        lambda: by_source(programs, port, size=len(mail), count=MAILS // 4, keep=False),
    )
    provider.close()
    note = f"{len(mail):,} bytes, 8 connections"
    yield from _compared("SMTP to a faster sink", ours, SOURCE, reference, note)
    yield from _compared("SMTP to a faster sink", ours, SOURCE_ANEW, anew, note)


def _compared(
    name: str, ours: list[Turn], reference: str, theirs: list[Turn], note: str
) -> Iterator[Measure]:
    yield Measure(
        name=name,
        value=1 / _median(ours, "seconds"),
        unit="mails/s",
        reference=reference,
        reference_value=1 / _median(theirs, "seconds"),
        note=note,
    )
    yield Measure(
        name="CPU of a mail",
        value=_median(ours, "cpu_seconds") * 1e6,
        unit="us",
        reference=reference,
        reference_value=_median(theirs, "cpu_seconds") * 1e6,
        note="filling included",
    )


def _against_arithmetic(village: Village) -> Measure:
    people, message = people_of(MAILS), message_of_40_kb()
    with sink("slow-smtp") as port:
        provider = _provider(village, port, connections=SLOW_CONNECTIONS)
        _by_us(provider, message, people[:CHUNK])  # opens the connections
        (turns,) = _in_turns(lambda: _by_us(provider, message, people))
        provider.close()
    return Measure(
        name="SMTP over a slow line",
        value=1 / _median(turns, "seconds"),
        unit="mails/s",
        reference="a round trip a mail, by arithmetic",
        reference_value=SLOW_CONNECTIONS / DELAY_SECONDS,
        note=f"{SLOW_CONNECTIONS} connections, {DELAY_SECONDS * 1000:.0f} ms, "
        f"chunks of {CHUNK}",
    )


def _in_turns(*works: Callable[[], int]) -> tuple[list[Turn], ...]:
    """Each work returns how many mails it sent."""
    rounds: tuple[list[Turn], ...] = tuple([] for _ in works)
    for _ in range(ROUNDS):
        for turns, work in zip(rounds, works, strict=True):
            cpu, began = cpu_seconds(), time.perf_counter()
            count = work()
            taken = time.perf_counter() - began
            turns.append(Turn(taken / count, (cpu_seconds() - cpu) / count))
    return rounds


def _median(turns: list[Turn], what: str) -> float:
    return statistics.median(float(getattr(turn, what)) for turn in turns)


def cpu_seconds() -> float:
    """Of this process and of the children it waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(
            resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
    )


def _by_us(provider: Provider, message: Message, people: list[Recipient]) -> int:
    def send(first: int) -> None:
        part = tuple(people[first : first + CHUNK])
        buffer = bytearray(len(part))
        provider.send(
            Chunk(message, part), marks=ByteMarks(buffer), until=lambda: False
        )
        assert buffer == bytes([Mark.ACCEPTED]) * len(part)

    with ThreadPoolExecutor(provider.at_once) as threads:
        firsts = range(0, len(people), CHUNK)
        for sent in [threads.submit(send, first) for first in firsts]:
            sent.result()
    return len(people)


def by_source(
    programs: Postfix, port: int, *, size: int, count: int, keep: bool = True
) -> int:
    """``count`` mails by smtp-source over 8 sessions.

    They stay open (``-d``), as ours do. Without ``keep`` it opens one for every mail,
    as it does by itself; that costs it three times as much.
    """
    options = ["-s", "8", "-l", str(size), "-m", str(count), *(["-d"] if keep else [])]
    people = ["-f", "redactie@x.example", "-t", "anna@x.example"]
    command = [programs.source, *options, *people, f"127.0.0.1:{port}"]
    subprocess.run(command, check=True)
    return count


def _by_smtplib(port: int, mail: bytes, count: int) -> int:
    def lane() -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as server:
            for _ in range(count // 8):
                server.sendmail("redactie@x.example", ["anna@x.example"], mail)

    with ThreadPoolExecutor(8) as pool:
        for lane_done in [pool.submit(lane) for _ in range(8)]:
            lane_done.result()
    return count // 8 * 8


def _provider(village: Village, port: int, *, connections: int) -> Provider:
    url = f"smtp://127.0.0.1:{port}?tls=none&connections={connections}"
    return open_provider(village.with_provider("smtp", BUURTPOST_SMTP_URL=url))


def people_of(count: int) -> list[Recipient]:
    return [
        Recipient(
            delivery=f"12-{seq}",
            address=f"lezer{seq}@lezers.example",
            name="Anna de Vries",
            values={
                Slot.NAME: "Anna de Vries",
                Slot.LEAVE_URL: f"https://post.example.nl/unsubscribe/{seq:036d}",
                Slot.PREFERENCES_URL: f"https://post.example.nl/preferences/{seq:036d}",
                Slot.SINCE: "3 mei 2026",
            },
            one_click_url=f"https://post.example.nl/unsubscribe/{seq:036d}",
        )
        for seq in range(count)
    ]


def message_of_40_kb() -> Message:
    """About 40 kB as quoted-printable; 20 slots in each part."""
    slots = [marker(slot) for slot in Slot] * 5
    words = "In de Indische buurt koken ze elke donderdag samen, zonder plan. "
    story = "".join(f"{words * 12}{slot}\n" for slot in slots)
    page = "".join(f'<p style="margin:0">{words * 14}{slot}</p>\n' for slot in slots)
    return Message(
        folder="bench",
        from_name="Buurtwijs",
        from_address="redactie@x.example",
        reply_to="redactie@x.example",
        subject=MergeTemplate.cut("Beginnen zonder plan", escape=as_is),
        html=MergeTemplate.cut(page, escape=in_html),
        text=MergeTemplate.cut(story, escape=as_is),
        language="nl",
        headers=(("List-Id", "Buurtwijs <buurtwijs.x.example>"),),
    )


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=_SBIN)


@contextmanager
def smtp_sink(programs: Postfix) -> Iterator[int]:
    """A running smtp-sink; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    # It will not serve as root.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([programs.sink, *user, f"127.0.0.1:{port}", "200"])
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _now() -> datetime:
    return datetime.now(UTC)
