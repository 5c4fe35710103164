"""Published issues as a feed: what each is about, and where to read it."""

from collections.abc import Iterable, Iterator
from datetime import date
from html import escape

from sqlalchemy.orm import Session

from newsletter.archive.issues import PublishedIssue, published
from newsletter.feeds import NOTHING_YET, Entry, Feed
from newsletter.library.models import LibraryItem
from newsletter.library.terms import is_shown
from newsletter.partners.brands import source_of
from newsletter.rendering.badge import badge_html

ENTRIES_MOST = 30
_WORDS = {
    "nl": {
        "about": "Alle nummers van {}.",
        "corrected": "Rectificatie: {}",
    },
    "en": {
        "about": "All issues of {}.",
        "corrected": "Correction: {}",
    },
}


def issues_feed(
    session: Session, *, base_url: str, form: str, title: str, day: date
) -> Feed:
    """The last issues that went out, as a feed at ``/feeds/issues.<form>``."""
    issues = published(session, limit=ENTRIES_MOST)
    language = issues[0].language if issues else "nl"
    return Feed(
        title=title,
        description=_WORDS[language]["about"].format(title),
        language=language,
        author=title,
        page_url=f"{base_url}/issues/",
        url=f"{base_url}/feeds/issues.{form}",
        id=f"{base_url}/issues/",
        updated=NOTHING_YET,
        entries=tuple(_entry(issue, base_url=base_url, day=day) for issue in issues),
    )


def _entry(issue: PublishedIssue, *, base_url: str, day: date) -> Entry:
    address = f"{base_url}/issues/{issue.number}"
    corrected = (one.published_at for one in issue.corrections)
    return Entry(
        id=address,
        url=address,
        title=issue.subject,
        summary=issue.preheader,
        html="".join(_lines(issue, base_url=base_url, day=day)),
        published=issue.published_at,
        updated=max((issue.published_at, *corrected)),
        authors=(issue.list_name,),
        language=issue.language,
    )


def _lines(issue: PublishedIssue, *, base_url: str, day: date) -> Iterator[str]:
    words = _WORDS[issue.language]
    if issue.preheader:
        yield f"<p>{escape(issue.preheader)}</p>"
    for correction in issue.corrections:
        yield f"<p>{escape(words['corrected'].format(correction.title))}</p>"
        yield correction.html
    stories = [item for item in issue.stories if is_shown(item, day=day)]
    if stories:
        lines = _stories(stories, issue.language, base_url=base_url)
        yield f"<ul>{''.join(lines)}</ul>"


def _stories(
    stories: Iterable[LibraryItem], language: str, *, base_url: str
) -> Iterator[str]:
    for item in stories:
        address = escape(f"{base_url}/stories/{item.slug}")
        badge = ""
        if item.partner:
            badge = badge_html(source_of(item.partner, base_url), language)
            badge = f" ({badge})"
        summary = f": {escape(item.summary)}" if item.summary else ""
        yield f'<li><a href="{address}">{escape(item.title)}</a>{badge}{summary}</li>'
