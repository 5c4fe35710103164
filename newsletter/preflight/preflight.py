"""Look an issue over before it goes out."""

import dataclasses
from datetime import datetime

from sqlalchemy.orm import Session

from database.session import Database
from newsletter.elsewhere.looking import look_at, remember, remembered
from newsletter.fetching import Fetch, open_fetcher
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue
from newsletter.preflight.checks import CHECKS
from newsletter.preflight.findings import Findings
from newsletter.preflight.looking import look
from newsletter.preflight.outside import outside_links
from newsletter.settings import Settings


def check_issue(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    now: datetime,
    fetch: Fetch | None = None,
) -> Findings:
    """Everything CHECKS find. Writes nothing.

    Links that ``look_at_links`` did not look at in the last day are fetched here; call
    it first where a transaction must stay short. ``fetch`` is for tests.
    """
    looking = look(session, settings, issue, now=now)
    urls = outside_links(looking)
    looks = remembered(session, urls, now=now)
    fresh = [url for url in urls if url not in looks]
    if fresh:
        looks |= look_at(fresh, fetch or open_fetcher(settings).fetch)
    looking = dataclasses.replace(looking, looks=looks)
    return Findings.of(finding for check in CHECKS for finding in check(looking))


def look_at_links(
    database: Database,
    settings: Settings,
    number: int,
    *,
    now: datetime,
    fetch: Fetch | None = None,
) -> int:
    """Fetch an issue's links that nobody looked at today and keep what they answered.

    No transaction is open while it waits for others; commits once, at the end. Returns
    how many were looked at.
    """
    with database.read() as session:
        looking = look(session, settings, find_issue(session, number), now=now)
        urls = outside_links(looking)
        known = remembered(session, urls, now=now)
    fresh = [url for url in urls if url not in known]
    if not fresh:
        return 0
    seen = look_at(fresh, fetch or open_fetcher(settings).fetch)
    with database.write.begin() as session:
        remember(session, seen, now=now)
    return len(seen)
