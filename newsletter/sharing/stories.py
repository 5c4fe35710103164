"""The feed of stories for everybody: what issues that went out carried.

A partner's story stands in it with what a page of ours may show to all: whole where its
terms let us pass it on, else its beginning and the way to the partner.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from newsletter.archive import published
from newsletter.feeds import NOTHING_YET, Entry, Feed
from newsletter.library.models import LibraryItem
from newsletter.library.terms import is_readable_here, is_shown, terms_of
from newsletter.settings import Settings
from newsletter.sharing.entries import entry_of
from newsletter.sharing.feed import LOGO
from newsletter.sharing.republish import may_be_taken_over
from newsletter.sharing.words import say

ENTRIES_MOST = 50  # the latest
_ISSUES = 30  # that are looked through


def stories_feed(
    session: Session, settings: Settings, *, form: str, house: str, day: date
) -> Feed:
    """At ``/feeds/stories.<form>``; ``house`` is our name."""
    issues = published(session, limit=_ISSUES)
    language = issues[0].language if issues else "nl"
    carried: dict[LibraryItem, datetime] = {}
    for issue in reversed(issues):
        for item in issue.stories:
            carried.setdefault(item, issue.published_at)
    base = settings.base_url
    return Feed(
        title=say("title", language, house=house),
        description=say("about", language, house=house),
        language=language,
        author=house,
        page_url=f"{base}/issues/",
        url=f"{base}/feeds/stories.{form}",
        id=f"{base}/feeds/stories",
        updated=NOTHING_YET,
        entries=tuple(_entries(settings, carried, house=house, day=day)),
        logo_url=f"{base}{LOGO}",
    )


def _entries(
    settings: Settings, carried: dict[LibraryItem, datetime], *, house: str, day: date
) -> Iterator[Entry]:
    """The newest first; ``carried`` says since when each is public."""
    shown = [item for item in carried if item.is_story and is_shown(item, day=day)]
    # Stories of one issue stay in its order.
    shown.sort(key=lambda item: carried[item], reverse=True)
    for item in shown[:ENTRIES_MOST]:
        free = may_be_taken_over(item, day=day)
        rights = say("rights", item.language, house=house) if free else ""
        yield entry_of(
            settings,
            item,
            house=house,
            readable=_readable_anywhere(item, day=day),
            rights=item.licence or rights,
            published=carried[item],
        )


def _readable_anywhere(item: LibraryItem, *, day: date) -> bool:
    """A feed is read on other people's pages too, those of any partner among them."""
    terms = terms_of(item)
    return (
        is_readable_here(item, day=day)
        and bool(item.body.strip())
        and (item.partner is None or terms.pass_on)
        and not terms.not_for
    )
