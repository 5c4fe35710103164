"""A partner's feed as values: what may go, with credit, logo and where it stands."""

from datetime import UTC, datetime, time
from html import escape
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter import media
from newsletter.feeds import Entry, Feed, Picture
from newsletter.library.models import LibraryItem
from newsletter.library.terms import is_readable_here
from newsletter.settings import Settings
from newsletter.sharing.choosing import stories_for
from newsletter.sharing.models import FeedOut
from newsletter.sharing.words import say

LOGO = "/feeds/logo.png"


def feed_for(
    session: Session,
    settings: Settings,
    out: FeedOut,
    *,
    house: str,
    url: str,
    now: datetime,
) -> Feed:
    """``house`` is our name, ``url`` the feed's own address in this format."""
    day = now.astimezone(settings.timezone).date()
    partner = out.partner
    return Feed(
        title=say("title", house=house, partner=partner.name),
        description=say("description", house=house),
        language="nl",
        author=house,
        page_url=f"{settings.base_url}/issues/",
        url=url,
        id=url.rpartition(".")[0],
        updated=out.made_at,
        entries=tuple(
            _entry(
                settings, item, house=house, readable=is_readable_here(item, day=day)
            )
            for item in stories_for(session, partner, day=day)
        ),
        logo_url=f"{settings.base_url}{LOGO}",
        rights=say("rights", house=house),
    )


def canonical(settings: Settings, item: LibraryItem) -> str:
    """Where a story is at home: ours with us, a partner's with the partner."""
    page = f"{settings.base_url}/stories/{item.slug}"
    return (item.url or page) if item.partner else page


def credited(settings: Settings, item: LibraryItem, *, house: str) -> str:
    """The body as HTML with the source badge under it, in words every reader keeps."""
    name = item.partner.name if item.partner else house
    address = escape(canonical(settings, item))
    link = f'<a href="{address}">{escape(item.title)}</a>'
    return f"{item.body}\n<p>{say('badge', name=escape(name))} · {link}</p>"


def _entry(
    settings: Settings, item: LibraryItem, *, house: str, readable: bool
) -> Entry:
    address = canonical(settings, item)
    name = item.partner.name if item.partner else house
    return Entry(
        id=address,
        url=address,
        title=item.title,
        summary=item.summary,
        html=credited(settings, item, house=house) if readable else None,
        published=_published(item, settings.timezone),
        updated=item.updated_at,
        authors=(name,),
        tags=tuple(item.themes),
        picture=_picture(settings, item) if readable else None,
        language=item.language,
        rights=item.licence or say("rights", house=name),
    )


def _published(item: LibraryItem, zone: ZoneInfo) -> datetime:
    if item.published_on is None:
        return item.created_at
    return datetime.combine(item.published_on, time(12), tzinfo=zone).astimezone(UTC)


def _picture(settings: Settings, item: LibraryItem) -> Picture | None:
    if not item.image:
        return None
    path = settings.media / item.image
    if not path.is_file():
        return None
    return Picture(
        url=media.url_of(settings.base_url, item.image),
        mime=media.mime_of(item.image),
        size_bytes=path.stat().st_size,
    )
