"""The addresses search engines may know: every page anybody may read, and no other."""

from collections.abc import Iterator
from datetime import date
from xml.sax.saxutils import escape

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from newsletter.archive.issues import published
from newsletter.archive.public import public_slugs, still_shown
from newsletter.library.models import LibraryItem

_MOST = 50_000  # sitemaps.org: more do not fit in one
_ALWAYS = ("/", "/issues/", "/subscribe", "/privacy")


def sitemap(session: Session, *, base_url: str, day: date) -> bytes:
    """A sitemap as sitemaps.org describes it."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for path, changed in list(_pages(session, day=day))[:_MOST]:
        when = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
        lines.append(f"<url><loc>{escape(base_url + path)}</loc>{when}</url>")
    lines.append("</urlset>\n")
    return "\n".join(lines).encode()


def _pages(session: Session, *, day: date) -> Iterator[tuple[str, date | None]]:
    """Paths, with the day they last changed where we know it."""
    yield from ((path, None) for path in _ALWAYS)
    for issue in published(session):
        changed = [one.published_at for one in issue.corrections]
        last = max((issue.published_at, *changed)).date()
        yield f"/issues/{issue.number}", last
        if issue.editions:
            yield f"/issues/{issue.number}/{issue.editions[0].key}", last
    pieces = session.scalars(
        select(LibraryItem)
        .where(LibraryItem.slug.in_(public_slugs(session)))
        .options(defer(LibraryItem.body))
        .order_by(LibraryItem.slug)
    )
    for item in still_shown([*pieces], day=day):
        yield f"/stories/{item.slug}", item.updated_at.date()
