"""A story as an entry of a feed: with its credit, and where it is at home."""

from datetime import UTC, datetime, time
from html import escape
from zoneinfo import ZoneInfo

from newsletter import media
from newsletter.feeds import Entry, Picture
from newsletter.library.models import LibraryItem
from newsletter.partners.brands import source_of
from newsletter.rendering.badge import badge_html, badge_words
from newsletter.settings import Settings


def canonical(settings: Settings, item: LibraryItem) -> str:
    """Where a story is at home: ours with us, a partner's with the partner."""
    page = f"{settings.base_url}/stories/{item.slug}"
    return (item.url or page) if item.partner else page


def name_of(item: LibraryItem, *, house: str) -> str:
    """Whose it is; ``house`` is our name."""
    return item.partner.name if item.partner else house


def credited(settings: Settings, item: LibraryItem, *, house: str) -> str:
    """The body as HTML with the source badge under it, in words every reader keeps."""
    return f"{item.body}\n{_credit(settings, item, house=house)}"


def entry_of(
    settings: Settings,
    item: LibraryItem,
    *,
    house: str,
    readable: bool,
    rights: str,
    published: datetime | None = None,
) -> Entry:
    """``readable``: its whole text may stand in the feed, and its picture; else only
    its beginning does. Either way with the source badge under it.

    ``published`` when it is not the day its source says.
    """
    address = canonical(settings, item)
    beginning = f"<p>{escape(item.summary, quote=False)}</p>"
    body = item.body if readable else beginning
    since = published or _published(item, settings.timezone)
    return Entry(
        id=address,
        url=address,
        title=item.title,
        summary=item.summary,
        html=f"{body}\n{_credit(settings, item, house=house)}",
        published=since,
        updated=max(item.updated_at, published) if published else item.updated_at,
        authors=(name_of(item, house=house),),
        tags=tuple(item.themes),
        picture=_picture(settings, item) if readable else None,
        language=item.language,
        rights=rights,
    )


def _credit(settings: Settings, item: LibraryItem, *, house: str) -> str:
    if item.partner:
        source = source_of(item.partner, settings.base_url)
        badge = badge_html(source, item.language)
    else:
        badge = escape(badge_words(house, item.language), quote=False)
    address = escape(canonical(settings, item))
    return f'<p>{badge} · <a href="{address}">{escape(item.title)}</a></p>'


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
