"""Links of the library that lead nowhere any more: looked for at night, by jobs.

Every link is looked at once a week, one that failed every night. ``elsewhere.dead``
says which are dead.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.elsewhere.dead import DeadLink, is_dead
from newsletter.elsewhere.looking import Look, host_of, is_own, look_at, remember
from newsletter.elsewhere.models import LinkLook
from newsletter.fetching import Fetch, Limits, open_fetcher
from newsletter.jobs.context import Context
from newsletter.jobs.queue import enqueue
from newsletter.jobs.recurring import plan_next
from newsletter.library.models import LibraryAddress, LibraryItem
from newsletter.settings import Settings

DEAD_LINKS = "dead-links"  # the kind of the job that begins the night
SOME_LINKS = "dead-links-some"  # and of those that look
AT = time(4, 20)  # local

# A little less than a week and a day: no night begins at the same second.
_EVERY = timedelta(days=6, hours=20)
_AGAIN = timedelta(hours=20)  # one that failed
_FORGOTTEN_AFTER = timedelta(days=90)  # nobody leads there any more
MOST_A_NIGHT = 4000
# A job must end soon: whoever signs up meanwhile waits for the worker.
AT_ONCE = 24
_OF_ONE_HOST = 3
_LIMITS = Limits(seconds=5)


def begin_tonight(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``dead-links``; plans the next night first."""
    plan_next(context, DEAD_LINKS, at=AT)
    now = context.now()
    with context.database.write.begin() as session:
        session.execute(
            delete(LinkLook).where(LinkLook.looked_at < now - _FORGOTTEN_AFTER)
        )
        enqueue(session, SOME_LINKS, {"most": MOST_A_NIGHT}, now=now)


def look_at_some(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``dead-links-some``: a few, and then another such job."""
    most = int(payload["most"])
    now = context.now()
    with context.database.read() as session:
        some = _some_of(due(session, context.settings, now=now))[:most]
    if not some:
        return
    fetcher = open_fetcher(context.settings, _LIMITS)
    _look(context.database, some, fetcher.fetch, now=now)
    with context.database.write.begin() as session:
        enqueue(session, SOME_LINKS, {"most": most - len(some)}, now=now)


def look_now(
    database: Database,
    settings: Settings,
    urls: Iterable[str],
    *,
    now: datetime,
    fetch: Fetch | None = None,
    tell: Callable[[int], None] = lambda _looked_at: None,
) -> dict[str, Look]:
    """Look at these links whenever they were looked at last.

    No transaction is open while others are waited for; commits every few. ``tell``
    hears of each few how many they were. ``fetch`` is for tests.
    """
    fetch = fetch or open_fetcher(settings, _LIMITS).fetch
    rest = [url for url in dict.fromkeys(urls) if not is_own(settings, url)]
    seen: dict[str, Look] = {}
    while some := _some_of(rest):
        seen |= _look(database, some, fetch, now=now)
        rest = [url for url in rest if url not in seen]
        tell(len(some))
    return seen


def _look(
    database: Database, urls: Sequence[str], fetch: Fetch, *, now: datetime
) -> dict[str, Look]:
    seen = look_at(urls, fetch)
    with database.write.begin() as session:
        remember(session, seen, now=now)
    return seen


def due(session: Session, settings: Settings, *, now: datetime) -> list[str]:
    """Links to elsewhere that nobody looked at lately, the longest ago first."""
    found = session.execute(
        select(LibraryAddress.url, LinkLook.looked_at)
        .outerjoin(LinkLook, LinkLook.url == LibraryAddress.url)
        .where(
            or_(
                LinkLook.url.is_(None),
                LinkLook.looked_at < now - _EVERY,
                LinkLook.failing_since.is_not(None)
                & (LinkLook.looked_at < now - _AGAIN),
            )
        )
        .distinct()
        .order_by(LinkLook.looked_at.asc().nulls_first(), LibraryAddress.url)
    )
    return [url for url, _ in found if not is_own(settings, url)]


def _some_of(urls: Iterable[str]) -> list[str]:
    """Of as many hosts as can be, and few of each: they are asked one by one."""
    taken: Counter[str] = Counter()
    some = []
    for url in urls:
        host = host_of(url)
        if taken[host] < _OF_ONE_HOST:
            taken[host] += 1
            some.append(url)
            if len(some) == AT_ONCE:
                break
    return some


def every_dead_link(session: Session, *, now: datetime) -> list[tuple[str, DeadLink]]:
    """All of the library's, each with the slug of its piece: in a kept one, few."""
    found = session.execute(
        select(LibraryItem.slug, LinkLook)
        .join(LibraryAddress, LibraryAddress.item_id == LibraryItem.id)
        .join(LinkLook, LinkLook.url == LibraryAddress.url)
        .where(is_dead(now))
        .order_by(LibraryItem.slug, LinkLook.url)
    )
    return [(slug, DeadLink.of(look)) for slug, look in found]


def dead_links_of(
    session: Session, slugs: Collection[str], *, now: datetime
) -> dict[str, list[DeadLink]]:
    """Those of these pieces, by slug; a piece that has none is not in it."""
    dead: dict[str, list[DeadLink]] = defaultdict(list)
    for slug, link in every_dead_link(session, now=now):
        if slug in slugs:
            dead[slug].append(link)
    return dict(dead)


def addresses_of(session: Session, slugs: Iterable[str] | None = None) -> list[str]:
    """What these pieces lead to, or all of them."""
    query = select(LibraryAddress.url).distinct().order_by(LibraryAddress.url)
    if slugs is not None:
        query = query.join(LibraryItem).where(LibraryItem.slug.in_(list(slugs)))
    return list(session.scalars(query))
