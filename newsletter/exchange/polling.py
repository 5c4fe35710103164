"""Ask feeds and store what they say.

Commits: once for each feed that has a document, once for all the others of a batch,
once for the pictures. No transaction is open while anybody waits for a server.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.exchange import pictures, prints
from newsletter.exchange.asking import LIMITS, Answer, Get, Question, ask
from newsletter.exchange.feeds import health_of, note_success, note_trouble
from newsletter.exchange.intake import Stored, store, withdraw_missing
from newsletter.exchange.models import PartnerFeed, SourceItem
from newsletter.exchange.troubles import Trouble, say
from newsletter.fetching import FetchError, NoAnswer, open_fetcher
from newsletter.settings import Settings

Clock = Callable[[], datetime]

AT_ONCE = 8  # servers waited for together
BATCH = 32  # documents in memory together: at most 32 times 5 MB
MOST_LOOKED_AFTER = 10  # pieces at the end of one feed that are asked for themselves
MOST_PICTURES = 40  # in one run; the others wait for the next
COUNTS = ("new", "changed", "followed", "withdrawn", "back", "own", "double", "refused")
_GONE = frozenset({404, 410})


@dataclass
class Polled:
    """What one feed brought."""

    url: str
    partner: str
    state: str = "unchanged"  # unchanged, read, failed
    health: str = "new"
    counts: dict[str, int] = field(default_factory=dict)
    size_bytes: int = 0
    trouble: Trouble | None = None
    detail: str = ""
    next_at: datetime | None = None

    def to_document(self) -> dict[str, Any]:
        what, do = say(self.trouble, self.detail, "en") if self.trouble else ("", "")
        return {
            "url": self.url,
            "partner": self.partner,
            "state": self.state,
            "health": self.health,
            **{name: self.counts.get(name, 0) for name in COUNTS},
            "bytes": self.size_bytes,
            "trouble": self.trouble,
            "problem": what or None,
            "todo": do or None,
            "next": self.next_at.isoformat() if self.next_at else None,
        }


def due_feeds(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Those whose time has come, the longest waiting first."""
    return list(
        session.scalars(
            select(PartnerFeed.id)
            .where(PartnerFeed.next_at <= now, PartnerFeed.stopped_at.is_(None))
            .order_by(PartnerFeed.next_at, PartnerFeed.id)
            .limit(limit)
        )
    )


def asked_feeds(session: Session) -> list[int]:
    """All that are not stopped, due or not."""
    return list(
        session.scalars(
            select(PartnerFeed.id)
            .where(PartnerFeed.stopped_at.is_(None))
            .order_by(PartnerFeed.id)
        )
    )


def poll(
    database: Database,
    settings: Settings,
    feeds: Sequence[int],
    *,
    clock: Clock,
    get: Get | None = None,
    seconds: float | None = None,
    tell: Callable[[Polled], None] = lambda _: None,
) -> list[Polled]:
    """Ask these feeds, in their order. After ``seconds`` no new batch is begun.

    ``tell`` hears of each as it is done. ``get`` is for tests.
    """
    get = get or open_fetcher(settings, LIMITS).fetch
    end = None if seconds is None else time.monotonic() + seconds
    while _learn(database, clock):
        pass
    polled: list[Polled] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(feeds), BATCH):
            if end is not None and time.monotonic() > end:
                break
            batch = _Batch(database, settings, clock, get, pool)
            done = batch.run(feeds[start : start + BATCH])
            for one in done:
                tell(one)
            polled += done
        bring_pictures(database, settings, get, pool)
    return polled


def _learn(database: Database, clock: Clock) -> int:
    with database.write.begin() as session:
        return prints.refresh(session, now=clock())


@dataclass(frozen=True)
class _Batch:
    database: Database
    settings: Settings
    clock: Clock
    get: Get
    pool: ThreadPoolExecutor

    def run(self, feeds: Sequence[int]) -> list[Polled]:
        with self.database.read() as session:
            rows = {
                feed.id: feed
                for feed in session.scalars(
                    select(PartnerFeed).where(PartnerFeed.id.in_(feeds))
                )
            }
            questions = [Question.of(rows[one]) for one in feeds if one in rows]
        answers = list(self.pool.map(self._ask, questions))
        polled = {}
        quiet = [answer for answer in answers if answer.document is None]
        if quiet:
            with self.database.write.begin() as session:
                for answer in quiet:
                    polled[answer.question.feed_id] = self._note(session, answer)
        doubtful: list[int] = []
        for answer in answers:
            if answer.document is not None:
                one, missing = self._store(answer)
                polled[answer.question.feed_id] = one
                doubtful += missing[:MOST_LOOKED_AFTER]
        self._look_after(doubtful, polled)
        return [polled[question.feed_id] for question in questions]

    def _ask(self, question: Question) -> Answer:
        return ask(question, self.get, zone=self.settings.timezone, now=self.clock())

    def _note(self, session: Session, answer: Answer) -> Polled:
        """Nothing new, or a failure."""
        feed = session.get_one(PartnerFeed, answer.question.feed_id)
        now = self.clock()
        if answer.trouble:
            note_trouble(feed, answer.trouble, answer.detail, wait=answer.wait, now=now)
        else:
            note_success(feed, now=now)
            feed.etag = answer.etag or feed.etag
            feed.last_modified = answer.last_modified or feed.last_modified
        return _polled(feed, answer, "failed" if answer.trouble else "unchanged")

    def _store(self, answer: Answer) -> tuple[Polled, list[int]]:
        assert answer.document is not None
        now = self.clock()
        with self.database.write.begin() as session:
            feed = session.get_one(PartnerFeed, answer.question.feed_id)
            if not answer.document.entries and _had_pieces(session, feed):
                note_trouble(feed, Trouble.EMPTY, "", wait=None, now=now)
                return _polled(feed, answer, "failed"), []
            stored = store(session, self.settings, feed, answer.document, now=now)
            note_success(feed, now=now)
            feed.title = answer.document.title or feed.title
            feed.etag, feed.last_modified = answer.etag, answer.last_modified
            feed.body_hash = answer.body_hash
            return _polled(feed, answer, "read", stored), stored.doubtful

    def _look_after(self, doubtful: list[int], polled: dict[int, Polled]) -> None:
        """Pieces that fell off the end of a feed that became shorter: are they gone,
        or only out of its view? Their own pages tell."""
        if not doubtful:
            return
        with self.database.read() as session:
            urls = {
                row.id: row.source.get("url")
                for row in session.scalars(
                    select(SourceItem).where(SourceItem.id.in_(doubtful))
                )
            }
        gone = list(self.pool.map(self._is_gone, [urls.get(one) for one in doubtful]))
        with self.database.write.begin() as session:
            for row_id, is_gone in zip(doubtful, gone, strict=True):
                row = session.get(SourceItem, row_id)
                if row is None:
                    continue
                if is_gone is None:
                    continue  # asked again when the feed is read again
                row.position = None
                if is_gone:
                    withdraw_missing(session, row, now=self.clock())
                    counts = polled[row.feed_id].counts
                    counts["withdrawn"] = counts.get("withdrawn", 0) + 1

    def _is_gone(self, url: str | None) -> bool | None:
        """An answer of any other kind says that the page is there. None: no answer,
        and it may be our own line that is down."""
        if url is None:
            return True
        try:
            return self.get(url, headers={}).status in _GONE
        except NoAnswer:
            return None
        except FetchError:
            return True


def bring_pictures(
    database: Database, settings: Settings, get: Get, pool: ThreadPoolExecutor
) -> int:
    """Copy the pictures that wait; how many were asked for."""
    with database.read() as session:
        wanted = pictures.wanted_pictures(session, limit=MOST_PICTURES)
    if not wanted:
        return 0
    brought = list(
        pool.map(lambda one: pictures.bring(one, get, settings.media), wanted)
    )
    with database.write.begin() as session:
        for one in brought:
            pictures.hang(session, one)
    return len(brought)


def _had_pieces(session: Session, feed: PartnerFeed) -> bool:
    return (
        session.scalar(
            select(SourceItem.id)
            .where(SourceItem.feed_id == feed.id, SourceItem.position.is_not(None))
            .limit(1)
        )
        is not None
    )


def _polled(
    feed: PartnerFeed, answer: Answer, state: str, stored: Stored | None = None
) -> Polled:
    return Polled(
        url=feed.url,
        partner=feed.partner.slug,
        state=state,
        health=health_of(feed),
        counts=dict(stored.counts) if stored else {},
        size_bytes=answer.size_bytes,
        trouble=feed.trouble,
        detail=feed.detail,
        next_at=None if feed.stopped_at else feed.next_at,
    )
