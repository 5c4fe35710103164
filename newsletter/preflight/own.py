"""Our own pages: looked up, not fetched, for they appear when the mailing starts."""

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from sqlalchemy import select

from newsletter import media
from newsletter.issues.models import Issue
from newsletter.issues.usage import stories_of, used_in
from newsletter.library.models import KnowledgeLink, LibraryItem
from newsletter.media import UnknownPicture
from newsletter.preflight.looking import Looking

# Pages that are always there; a token in an address is not looked into.
_ALWAYS = frozenset(
    {"", "subscribe", "issues", "privacy", "health", "feeds", "sitemap.xml"}
)
_WITH_TOKEN = frozenset({"confirm", "unsubscribe", "preferences", "feeds", "static"})


def will_exist(looking: Looking, url: str) -> bool:
    """Whether one of our own addresses shows a page once this issue is out."""
    path = url.removeprefix(looking.settings.base_url)
    path = path.partition("#")[0].partition("?")[0]
    parts = [unquote(part) for part in path.strip("/").split("/")]
    match parts:
        case [page] if page in _ALWAYS:
            return True
        case [page, *_] if page in _WITH_TOKEN:
            return True
        case ["issues", number, "events", file]:
            return _event_exists(looking, number, file)
        case ["issues", number, *key] if len(key) <= 1:
            return _issue_exists(looking, number, key)
        case ["stories", slug]:
            return _story_exists(looking, slug)
        case ["media", name]:
            return _picture_exists(looking, name)
        case _:
            return False


def _issue_exists(looking: Looking, number: str, key: Sequence[str]) -> bool:
    if number == str(looking.issue.number):
        return not key or key[0] in {one.key for one in looking.planned}
    if not (number.isascii() and number.isdigit()) or len(number) > 9:
        return False
    other = looking.session.scalar(select(Issue).where(Issue.number == int(number)))
    return other is not None and other.frozen_at is not None


def _event_exists(looking: Looking, number: str, file: str) -> bool:
    """The calendar file of an event of this issue; another's is not looked for."""
    if number != str(looking.issue.number):
        return False
    return any(
        block.kind == "event" and file == f"{block.id}.ics"
        for block in looking.composition.every_block()
    )


def _story_exists(looking: Looking, slug: str) -> bool:
    """A piece is public once an issue shows it, or a story that leans on it."""
    item = looking.session.scalar(select(LibraryItem).where(LibraryItem.slug == slug))
    if item is None:
        return False
    here = set(stories_of(looking.issue))
    return any(
        one in here or any(used.frozen_at for used in used_in(looking.session, one))
        for one in (slug, *_leaning_on(looking, item))
    )


def _leaning_on(looking: Looking, item: LibraryItem) -> Iterator[str]:
    links = select(KnowledgeLink).where(KnowledgeLink.knowledge_id == item.id)
    for link in looking.session.scalars(links):
        yield link.story.slug


def _picture_exists(looking: Looking, name: str) -> bool:
    try:
        return media.path_of(looking.settings.media, name).is_file()
    except UnknownPicture:
        return False
