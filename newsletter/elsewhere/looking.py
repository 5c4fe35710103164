"""Looking at links to elsewhere, and remembering what was seen."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import case, func, null, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.elsewhere.models import LinkLook
from newsletter.fetching import Fetch, FetchError, NotAllowed, Private, Unreachable
from newsletter.settings import Settings

TRUSTED_FOR = timedelta(hours=24)
# PostgreSQL has no room for more in an index; what is longer is never fetched anyway.
LONGEST = 2000
# Many sites answer programs with 401, 403 or 429 and readers with a page, so only these
# two are believed.
GONE = frozenset({404, 410})
PRIVATE = "private"  # the problem of what was not asked: it is on a private network
_AT_ONCE = 8
_INSERT: Mapping[str, Callable[..., "sqlite.Insert | postgresql.Insert"]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


@dataclass(frozen=True)
class Look:
    """What a link answered: a status, or why there was none."""

    status: int | None
    problem: str = ""

    @property
    def is_failure(self) -> bool:
        """Nobody gets a page there now."""
        return self.status is None or self.status in GONE or self.status >= 500


def is_own(settings: Settings, url: str) -> bool:
    """Whether an address is below BUURTPOST_BASE_URL: those are looked up instead."""
    base = settings.base_url
    return url == base or url.startswith((f"{base}/", f"{base}?", f"{base}#"))


def without_fragment(url: str) -> str:
    """A place on a page is the page."""
    return url.partition("#")[0]


def host_of(url: str) -> str:
    """Its machine; the address itself when that cannot be read from it."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def remembered(
    session: Session, urls: Iterable[str], *, now: datetime
) -> dict[str, Look]:
    """What was seen of links in the last 24 hours."""
    seen = session.scalars(
        select(LinkLook).where(
            LinkLook.url.in_(list(urls)), LinkLook.looked_at > now - TRUSTED_FOR
        )
    )
    return {look.url: Look(look.status, look.problem) for look in seen}


def look_at(urls: Iterable[str], fetch: Fetch) -> dict[str, Look]:
    """Ask every address once: a few hosts at a time, each one page after the other."""
    asked = list(urls)
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in asked:
        by_host[host_of(url)].append(url)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        parts = pool.map(lambda these: _look_in_turn(these, fetch), by_host.values())
        seen = {url: look for part in parts for url, look in part.items()}
    return {url: seen[url] for url in asked}


def remember(session: Session, seen: Mapping[str, Look], *, now: datetime) -> None:
    """Keep what was seen; two who look at once do not collide."""
    kept = {url: look for url, look in seen.items() if len(url) <= LONGEST}
    if not kept:
        return
    insert = _INSERT[session.get_bind().dialect.name](LinkLook)
    new = insert.excluded
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[LinkLook.url],
            set_={
                "status": new.status,
                "problem": new.problem,
                "looked_at": new.looked_at,
                "failing_since": case(
                    (new.failing_since.is_(None), null()),
                    else_=func.coalesce(LinkLook.failing_since, new.failing_since),
                ),
            },
        ),
        [
            {
                "url": url,
                "status": look.status,
                "problem": look.problem,
                "looked_at": now,
                "failing_since": now if look.is_failure else None,
            }
            for url, look in sorted(kept.items())
        ],
    )


def _look_in_turn(urls: Sequence[str], fetch: Fetch) -> dict[str, Look]:
    """Pages of one host. Where it cannot be reached, it is not asked for the rest."""
    seen: dict[str, Look] = {}
    for place, url in enumerate(urls):
        try:
            seen[url] = _look(url, fetch)
        except Unreachable as error:
            return seen | dict.fromkeys(urls[place:], Look(None, str(error)))
    return seen


def _look(url: str, fetch: Fetch) -> Look:
    """HEAD first, for it is small; many servers answer it wrongly, so a no is asked
    again with GET. Raises Unreachable: who cannot be reached is not asked twice."""
    try:
        status = fetch(url, method="HEAD").status
        if status < 400:
            return Look(status)
    except Private:
        return Look(None, PRIVATE)
    except NotAllowed as error:
        return Look(None, str(error))
    except Unreachable:
        raise
    except FetchError:
        pass
    try:
        return Look(fetch(url, method="GET").status)
    except FetchError as error:
        return Look(None, str(error))
