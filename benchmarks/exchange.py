"""What asking five hundred feeds of twenty items each costs, on a server beside us."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.measure import Measure, seconds
from database.migrate import upgrade
from database.session import open_database
from database.urls import sqlite_url
from newsletter.exchange.feeds import add_feed
from newsletter.exchange.polling import Polled, asked_feeds, poll
from newsletter.partners.partners import add_partner
from newsletter.settings import read_settings
from subscribers.reference import load_reference

ITEMS = 20
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


class _Feeds(ThreadingHTTPServer):
    """Feeds by number; ``round`` makes every item of every feed another."""

    daemon_threads = True
    request_queue_size = 128
    round = 0
    sent_bytes = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Feeds

    def do_GET(self) -> None:
        tag = f'"{self.path}-{self.server.round}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        body = _feed(self.path.strip("/"), self.server.round)
        self.server.sent_bytes += len(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Quiet."""


def _feed(name: str, round_: int) -> bytes:
    items = "".join(
        f"<item><title>Verhaal {n} van {name}, ronde {round_}</title>"
        f"<link>https://feed{name}.example/{round_}/{n}</link>"
        f"<guid>{name}-{round_}-{n}</guid>"
        f"<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
        f"<description>{_text(name, round_, n)}"
        "</description></item>"
        for n in range(ITEMS)
    )
    return (
        f'<rss version="2.0"><channel><title>{name}</title><link>https://x.example/'
        f"</link><description>D</description>{items}</channel></rss>"
    ).encode()


def _text(name: str, round_: int, number: int) -> str:
    """Twelve sentences that no two pieces share, some 1,200 characters."""
    return "".join(
        f"&lt;p&gt;In buurt {name} vertelde bewoner {round_}-{number}-{line} wat er op "
        f"de hoek gebeurde toen iedereen kwam eten.&lt;/p&gt;"
        for line in range(12)
    )


@contextmanager
def _serving() -> Iterator[_Feeds]:
    server = _Feeds(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def measure(folder: Path, *, feeds: int) -> Iterator[Measure]:
    folder.mkdir(parents=True, exist_ok=True)
    settings = read_settings(
        {
            "BUURTPOST_HOME": str(folder / "home"),
            "BUURTPOST_FETCH_ALLOW": "127.0.0.0/8",
        }
    )
    settings.make_home()
    database = open_database(sqlite_url(folder / "feeds.sqlite"))
    upgrade(database.engine)
    now = datetime.now(UTC)
    with _serving() as server:
        with database.write.begin() as session:
            load_reference(session)
            add_partner(
                session,
                settings,
                slug="lpb",
                name="LPB",
                logo=_PIXEL,
                colour="#005ea2",
                now=now,
            )
            for number in range(feeds):
                url = f"http://127.0.0.1:{server.server_port}/{number}"
                add_feed(session, url=url, partner="lpb", now=now)
        with database.read() as session:
            asked = asked_feeds(session)

        brought: list[Polled] = []

        def ask() -> None:
            brought[:] = poll(
                database, settings, asked, clock=lambda: datetime.now(UTC)
            )

        for name, moves_on, new in (
            ("all new, first time", False, ITEMS),
            ("nothing changed", False, 0),
            ("all new", True, ITEMS),
        ):
            server.sent_bytes = 0
            server.round += moves_on
            taken = seconds(ask)
            assert all(one.trouble is None for one in brought)
            assert all(one.counts.get("new", 0) == new for one in brought)
            yield Measure(
                name=f"poll {feeds} feeds, {name}",
                value=taken / feeds * 1000,
                unit="ms a feed",
                note=f"{taken:.1f} s, {server.sent_bytes:,} bytes of feeds",
            )
    database.close()
