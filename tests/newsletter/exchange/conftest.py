"""Partner LPB with a feed on a server of the test's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.exchange.feeds import add_feed
from newsletter.exchange.models import PartnerFeed, SourceItem
from newsletter.exchange.polling import Polled, asked_feeds, poll
from newsletter.library.models import LibraryItem
from newsletter.settings import Settings, read_settings
from tests.conftest import NOW
from tests.newsletter.issues.world import World
from tests.stand_ins.web import Reply, WebStandIn

# Long sentences that no two pieces share.
WORDS = (
    "Elke {n} donderdag van de maand zetten wij een lange tafel midden op straat.",
    "Wie langs loopt mag nummer {n} zijn die aanschuift en vertelt wat er speelt.",
    "Na een jaar telden we {n} plannen die daar aan die tafel zijn begonnen.",
)


def text(number: int) -> str:
    return "".join(f"<p>{line.format(n=number)}</p>" for line in WORDS)


def item(
    number: int, *, title: str = "", url: str = "", guid: str = "", body: str = ""
) -> str:
    """An RSS item; what is left out follows from its number."""
    return (
        f"<item><title>{escape(title or f'Verhaal {number}')}</title>"
        f"<link>{escape(url or f'https://lpb.example/{number}')}</link>"
        f'<guid isPermaLink="false">{escape(guid or f"lpb-{number}")}</guid>'
        f"<description>{escape(body or text(number))}</description></item>"
    )


def rss(*items: str) -> bytes:
    return (
        '<rss version="2.0"><channel><title>LPB</title>'
        "<link>https://lpb.example/</link><description>D</description>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


@dataclass
class Exchange:
    """An installation, LPB's feed, and what became of asking it."""

    database: Database
    settings: Settings
    web: WebStandIn
    now: datetime = NOW
    asked: list[Polled] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.web.url}/feed"

    def says(self, *items: str, **reply: object) -> None:
        """What the feed says from now on."""
        self.web.pages["/feed"] = Reply(200, rss(*items), **reply)  # type: ignore[arg-type]

    def poll(self) -> Polled:
        (self.last,) = self.poll_all()
        return self.last

    def poll_all(self) -> list[Polled]:
        """Every feed there is, in the order they were added."""
        with self.database.read() as session:
            feeds = asked_feeds(session)
        return [*poll(self.database, self.settings, feeds, clock=lambda: self.now)]

    def brings(self, *items: str) -> dict[str, int]:
        """Ask it with these items in it; what is not zero of what it brought."""
        self.says(*items)
        return {name: count for name, count in self.poll().counts.items() if count}

    def items(self, session: Session) -> list[LibraryItem]:
        """What came from LPB, in the order it came."""
        return list(
            session.scalars(
                select(LibraryItem)
                .where(LibraryItem.partner.has(slug="lpb"), LibraryItem.slug != "balie")
                .order_by(LibraryItem.id)
            )
        )

    def titles(self) -> list[str]:
        with self.database.read() as session:
            return [one.title for one in self.items(session)]

    def change(self, slug: str, act: Callable[[Session, LibraryItem], None]) -> None:
        with self.database.write.begin() as session:
            act(
                session,
                session.scalars(
                    select(LibraryItem).where(LibraryItem.slug == slug)
                ).one(),
            )

    def feed_rows(self, session: Session) -> list[SourceItem]:
        return list(session.scalars(select(SourceItem).order_by(SourceItem.id)))

    def feed(self, session: Session) -> PartnerFeed:
        return session.scalars(select(PartnerFeed)).one()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings(
        {
            "BUURTPOST_HOME": str(tmp_path / "home"),
            "BUURTPOST_BASE_URL": "https://post.example.nl",
            "BUURTPOST_FETCH_ALLOW": "127.0.0.0/8",
        }
    )
    settings.make_home()
    return settings


def _exchange(database: Database, settings: Settings) -> Iterator[Exchange]:
    with WebStandIn({}) as web:
        exchange = Exchange(database, settings, web)
        with database.write.begin() as session:
            World(session, settings)
            add_feed(session, url=exchange.url, partner="lpb", now=NOW)
        yield exchange


@pytest.fixture
def exchange(sqlite_database: Database, settings: Settings) -> Iterator[Exchange]:
    yield from _exchange(sqlite_database, settings)


@pytest.fixture
def on_both(database: Database, settings: Settings) -> Iterator[Exchange]:
    """On SQLite and PostgreSQL."""
    yield from _exchange(database, settings)
