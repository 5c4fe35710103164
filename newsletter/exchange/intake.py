"""What a feed said is written down: what is new, what changed, what is gone.

One call is one transaction of the caller's; ``polling`` commits it. Nothing an editor
did is overwritten here:

- a field nobody touched, of a piece no issue shows, follows its source;
- any other change is marked *source changed* and waits for a decision;
- what is gone is marked *withdrawn*, and comes back when its source has it again.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from newsletter.errors import NewsletterError
from newsletter.exchange import prints, taking
from newsletter.exchange.layers import changed_at_source, changed_by_us, prints_of
from newsletter.exchange.matching import Found, Known, match
from newsletter.exchange.models import (
    PartnerFeed,
    SourceItem,
    SourceState,
    leading,
)
from newsletter.exchange.reading import Document, SourceEntry
from newsletter.issues.compose import all_issues
from newsletter.issues.usage import placed_in
from newsletter.library.addresses import published_at
from newsletter.library.models import LibraryItem
from newsletter.settings import Settings
from subscribers.errors import SubscribersError

RESTLESS = 5  # so many changes in a row: it changes each time somebody looks
_ONE_AT_A_TIME = 0x62756F78  # any number nobody else uses


@dataclass
class Stored:
    """What one document brought."""

    counts: Counter[str] = field(default_factory=Counter)
    doubtful: list[int] = field(default_factory=list)  # source items to look after

    def __getitem__(self, name: str) -> int:
        return self.counts[name]


def store(
    session: Session,
    settings: Settings,
    feed: PartnerFeed,
    document: Document,
    *,
    now: datetime,
) -> Stored:
    """Compare a document with what we knew of the feed and write the difference."""
    _one_at_a_time(session)
    rows = {
        row.id: row
        for row in session.scalars(
            select(SourceItem).where(SourceItem.feed_id == feed.id)
        )
    }
    matched = match(
        document.entries,
        [_known(row) for row in rows.values()],
        withdrawn=document.withdrawn,
    )
    taker = _Taker(session, settings, feed, now)
    for found in matched.found:
        if found.known is None:
            taker.take_in(found)
        else:
            taker.meet_again(rows[found.known.id], found)
    for known in matched.gone:
        taker.miss(rows[known.id])
    for known in matched.out_of_view:
        rows[known.id].position = None
    taker.stored.doubtful = [known.id for known in matched.doubtful]
    session.flush()
    return taker.stored


def withdraw_missing(session: Session, row: SourceItem, *, now: datetime) -> None:
    """A piece that is not at its source any more goes out no more.

    Unless another feed of the partner still has it: two pieces may have become one.
    """
    row.gone_at = row.gone_at or now
    row.position = None
    if not row.leads or row.item is None or row.item.withdrawn_at:
        return
    elsewhere = exists().where(
        SourceItem.item_id == row.item_id,
        SourceItem.id != row.id,
        SourceItem.gone_at.is_(None),
        leading(),
    )
    if not session.scalar(select(elsewhere)):
        row.item.withdrawn_at = now


@dataclass
class _Taker:
    """One document's worth of writing."""

    session: Session
    settings: Settings
    feed: PartnerFeed
    now: datetime
    stored: Stored = field(default_factory=Stored)
    _used: frozenset[str] | None = None

    def take_in(self, found: Found) -> None:
        entry = found.entry
        row = SourceItem(
            feed_id=self.feed.id,
            key=found.key,
            state=SourceState.TAKEN,
            source=entry.to_document(),
            taken=entry.to_document(),
            prints={},
            position=found.position,
            first_seen_at=self.now,
        )
        if found.reused_guid:
            self.stored.counts["reused_guid"] += 1
        row.state, row.item_id = self._place(entry)
        self.stored.counts[
            "new" if row.state is SourceState.TAKEN else row.state.value
        ] += 1
        if row.state is SourceState.TAKEN:
            item = self.session.get_one(LibraryItem, row.item_id)
            row.prints = prints_of(item)
            row.image_wanted = entry.image
        self.session.add(row)

    def _place(self, entry: SourceEntry) -> tuple[SourceState, int | None]:
        if own := self._ours(entry):
            return SourceState.OWN, own.id
        if known := self._already_here(entry):
            return SourceState.DOUBLE, known.id
        try:
            with self.session.begin_nested():
                item = taking.put_in(
                    self.session, self.settings, self.feed, entry, now=self.now
                )
        except (NewsletterError, SubscribersError):
            return SourceState.REFUSED, None
        prints.remember(self.session, [item], now=self.now)
        return SourceState.TAKEN, item.id

    def meet_again(self, row: SourceItem, found: Found) -> None:
        row.position = found.position
        if row.gone_at:
            self._welcome_back(row)
        entry = found.entry
        before = SourceEntry.of(row.source)
        if entry == before:
            row.changes, row.is_kept = 0, False
            self.stored.counts["same"] += 1
            return
        row.source = entry.to_document()
        if not changed_at_source(before, entry) or not row.leads:
            self.stored.counts["same"] += 1
            return
        row.changes += 1
        self._follow(row, entry)

    def _follow(self, row: SourceItem, entry: SourceEntry) -> None:
        item = row.item
        assert item is not None
        wanted = changed_at_source(SourceEntry.of(row.taken), entry)
        if not wanted:
            row.changed_at = None  # it went back to what we have
            self.stored.counts["changed"] += 1
            return
        if row.is_kept:
            self.stored.counts["kept"] += 1
            return
        if item.slug in self._slugs_in_use() or wanted & changed_by_us(row, item):
            row.changed_at = row.changed_at or self.now
            self.stored.counts["changed"] += 1
            return
        values = {name: getattr(entry, name) for name in wanted}
        try:
            with self.session.begin_nested():
                taking.revise(
                    self.session,
                    self.settings,
                    item,
                    values,
                    by=taking.feed_name(self.feed),
                    now=self.now,
                )
        except (NewsletterError, SubscribersError):
            row.changed_at = row.changed_at or self.now
            self.stored.counts["changed"] += 1
            return
        self.stored.counts["followed"] += 1
        ours = prints_of(item)
        row.prints = {**row.prints, **{name: ours[name] for name in wanted}}
        row.taken = row.source
        row.changed_at = None

    def miss(self, row: SourceItem) -> None:
        withdraw_missing(self.session, row, now=self.now)
        self.stored.counts["withdrawn"] += 1

    def _welcome_back(self, row: SourceItem) -> None:
        """Only what we withdrew for its absence; what a person withdrew stays so."""
        item = row.item
        if row.leads and item and item.withdrawn_at == row.gone_at:
            item.withdrawn_at = None
            self.stored.counts["back"] += 1
        row.gone_at = None

    def _ours(self, entry: SourceEntry) -> LibraryItem | None:
        """Our own story, by its address, its GUID, or its sentences."""
        ours = LibraryItem.partner_id.is_(None)
        by_address = _first(
            self.session,
            select(LibraryItem).where(
                LibraryItem.slug.in_(self._slugs_here(entry))
                | published_at([*spellings(entry.url), *spellings(entry.guid)]),
                ours,
            ),
        )
        if by_address:
            return by_address
        found = prints.look_alike(
            self.session,
            title=entry.title,
            sentences=prints.sentences_of(entry.summary, entry.body),
            partner=None,
        )
        return found.item if found else None

    def _slugs_here(self, entry: SourceEntry) -> list[str]:
        """Of our own pages that it says it stands on."""
        addresses = (entry.url, entry.guid)
        return [slug for one in addresses if (slug := self._slug_here(one))]

    def _slug_here(self, address: str | None) -> str | None:
        base = f"{self.settings.base_url}/stories/"
        if not address or not address.startswith(base):
            return None
        return address.removeprefix(base).partition("?")[0].partition("#")[0]

    def _already_here(self, entry: SourceEntry) -> LibraryItem | None:
        """A partner's piece that came by another way: another feed, by hand, or our own
        pages, which pass it on."""
        of_this_feed = select(SourceItem.item_id).where(
            SourceItem.feed_id == self.feed.id, SourceItem.item_id.is_not(None)
        )
        query = select(LibraryItem).where(
            LibraryItem.partner_id.is_not(None),
            # Two entries of one feed may share an address: its front page.
            LibraryItem.slug.in_(self._slugs_here(entry))
            | (
                published_at(spellings(entry.url)) & LibraryItem.id.not_in(of_this_feed)
            ),
        )
        return _first(self.session, query)

    def _slugs_in_use(self) -> frozenset[str]:
        """In every issue, hidden too, also those that went out: their pages show it."""
        if self._used is None:
            self._used = frozenset(
                slug for issue in all_issues(self.session) for slug in placed_in(issue)
            )
        return self._used


def spellings(url: str | None) -> list[str]:
    """An address as others may have written it down."""
    if not url or not url.startswith(("http://", "https://")):
        return []
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    path = parts.path.rstrip("/")
    if not path:
        return []  # a front page is nobody's piece
    query = f"?{parts.query}" if parts.query and "utm_" not in parts.query else ""
    host = parts.netloc.removeprefix("www.")
    return [
        f"{scheme}://{www}{host}{path}{end}{query}"
        for scheme in ("https", "http")
        for www in ("", "www.")
        for end in ("", "/")
    ]


def _first(session: Session, query: Select[LibraryItem]) -> LibraryItem | None:
    return session.scalars(query.order_by(LibraryItem.id).limit(1)).first()


def _known(row: SourceItem) -> Known:
    return Known(
        id=row.id,
        key=row.key,
        entry=SourceEntry.of(row.source),
        position=row.position,
        is_gone=row.gone_at is not None,
    )


def _one_at_a_time(session: Session) -> None:
    """Until the commit: two feeds may bring the same piece, or the same slug. SQLite
    has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
