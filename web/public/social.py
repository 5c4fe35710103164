"""What other sites show of a page of ours when somebody shares its address."""

import re
from dataclasses import dataclass

from flask import render_template, url_for

from newsletter.archive.cards import HEIGHT, WIDTH, Card, card_in
from newsletter.archive.issues import PublishedIssue
from newsletter.library.models import LibraryItem
from newsletter.media import url_of
from newsletter.rendering.badge import badge_words
from web.brand import brand
from web.language import gettext as _
from web.language import language, long_date
from web.session import settings

_CANONICAL = re.compile(r'<link rel="canonical"[^>]*>')


@dataclass(frozen=True)
class Social:
    """A page as others show it: in a list of links, with a picture."""

    kind: str  # Open Graph's type
    title: str
    summary: str
    address: str  # here
    canonical: str  # where it was published first
    picture: str  # address of the card
    language: str
    width: int = WIDTH
    height: int = HEIGHT


def of_issue(issue: PublishedIssue, *, variant: str | None = None) -> Social:
    """An issue's own page, or one of its versions."""
    number = _("No. %(number)s") % {"number": issue.number}
    path = (
        url_for("archive.issue", number=issue.number, lang=None)
        if variant is None
        else url_for("archive.page", number=issue.number, variant=variant, lang=None)
    )
    above = f"{number} · {long_date(issue.published_at)}"
    return Social(
        kind="article",
        title=issue.subject,
        summary=issue.preheader,
        address=settings().base_url + path,
        canonical=settings().base_url + path,
        picture=_card(Card(above, issue.subject, issue.list_name)),
        language=issue.language,
    )


def of_piece(item: LibraryItem, *, places: tuple[str, ...], kind: str) -> Social:
    """A story or what we know, with its source when it is a partner's."""
    whose = brand()
    if item.partner:
        whose = f"{badge_words(item.partner.name, language())} · {whose}"
    path = url_for("archive.story", slug=item.slug, lang=None)
    return Social(
        kind="article",
        title=item.title,
        summary=item.summary,
        address=settings().base_url + path,
        canonical=item.url or settings().base_url + path,
        picture=_card(Card(" · ".join(places) or kind, item.title, whose)),
        language=item.language,
    )


def in_head(html: str, social: Social) -> str:
    """A whole page, such as a mail's, that says how it wants to be shown."""
    said = render_template("public/archive/social.html", social=social)
    return _CANONICAL.sub("", html, count=1).replace("</head>", f"{said}</head>", 1)


def _card(card: Card) -> str:
    return url_of(settings().base_url, card_in(settings().media, card))
