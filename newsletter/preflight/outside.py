"""Looking at links to elsewhere, and remembering what was seen for a day."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.fetching import Fetch, FetchError, NotAllowed, Unreachable
from newsletter.preflight.checks.links import addresses_in, without_fragment
from newsletter.preflight.looking import Look, Looking
from newsletter.preflight.models import LinkLook
from newsletter.preflight.own import is_own

TRUSTED_FOR = timedelta(hours=24)
_AT_ONCE = 8
# PostgreSQL has no room for more in an index; what is longer is never fetched anyway.
_LONGEST = 2000
_INSERT: Mapping[str, Callable[..., "sqlite.Insert | postgresql.Insert"]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def outside_links(looking: Looking) -> list[str]:
    """Every link to elsewhere in any version, each once, without its fragment."""
    return list(
        dict.fromkeys(
            without_fragment(url)
            for version in looking.versions
            for url in addresses_in(version)
            if not is_own(looking.settings, url)
        )
    )


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
    """Ask every address once, a few at a time."""
    asked = list(urls)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looks = pool.map(lambda url: _look(url, fetch), asked)
        return dict(zip(asked, looks, strict=True))


def remember(session: Session, seen: Mapping[str, Look], *, now: datetime) -> None:
    """Keep what was seen; two who look at once do not collide."""
    kept = {url: look for url, look in seen.items() if len(url) <= _LONGEST}
    if not kept:
        return
    insert = _INSERT[session.get_bind().dialect.name](LinkLook)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[LinkLook.url],
            set_={
                "status": insert.excluded.status,
                "problem": insert.excluded.problem,
                "looked_at": insert.excluded.looked_at,
            },
        ),
        [
            {
                "url": url,
                "status": look.status,
                "problem": look.problem,
                "looked_at": now,
            }
            for url, look in sorted(kept.items())
        ],
    )


def _look(url: str, fetch: Fetch) -> Look:
    """HEAD first, for it is small; many servers answer it wrongly, so a no is asked
    again with GET. Who cannot be reached at all is not asked twice."""
    try:
        status = fetch(url, method="HEAD").status
        if status < 400:
            return Look(status)
    except (NotAllowed, Unreachable) as error:
        return Look(None, str(error))
    except FetchError:
        pass
    try:
        return Look(fetch(url, method="GET").status)
    except FetchError as error:
        return Look(None, str(error))
