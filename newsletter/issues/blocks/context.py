"""What a block may ask while it becomes the values of one edition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.issues.words import BY_ROLE, OR
from newsletter.library.models import LibraryItem
from newsletter.library.stories import find_item
from newsletter.library.terms import terms_of
from newsletter.library.words import summarise
from newsletter.media import url_of
from newsletter.partners.brands import brand_of
from newsletter.partners.partners import find_partner
from newsletter.partners.terms import Text as HowMuch
from newsletter.rendering.merge import without_markers
from newsletter.rendering.richtext import from_markdown
from newsletter.rendering.values import Brand, Text
from newsletter.settings import Settings
from subscribers import regions
from subscribers.segments.rules import AllOf, AnyOf, Question, Rule, parse_rule


@dataclass(frozen=True)
class Resolving:
    """The session and the few facts that are the same for every block."""

    session: Session
    base_url: str
    media: Path  # folder the images are in
    timezone: ZoneInfo
    language: str

    @classmethod
    def of(cls, session: Session, settings: Settings, *, language: str) -> "Resolving":
        return cls(
            session=session,
            base_url=settings.base_url,
            media=settings.media,
            timezone=settings.timezone,
            language=language,
        )

    def item(self, slug: str) -> LibraryItem:
        """Raises UnknownItem naming it."""
        return find_item(self.session, slug)

    def brand(self, partner: str) -> Brand:
        """Raises UnknownPartner naming it."""
        return brand_of(find_partner(self.session, partner), self.base_url)

    def page_of(self, item: LibraryItem) -> str | None:
        """Where a piece is read: on our own page, else where it was published.

        What we may show the beginning of only is read at its source.
        """
        is_teaser = terms_of(item).text is HowMuch.TEASER and item.url
        if item.body.strip() and not is_teaser:
            return f"{self.base_url}/stories/{item.slug}"
        return item.url

    def media_url(self, name: str) -> str:
        return url_of(self.base_url, name)

    def place_of(self, item: LibraryItem) -> str:
        """The name of the first region, "" when it is about no place in particular."""
        if not item.regions or item.regions[0] in {"NL", "XX"}:
            return ""
        return regions.name_of(self.session, item.regions[0])

    def teaser_of(self, item: LibraryItem) -> str:
        """The summary, else the beginning of the piece."""
        if item.summary.strip():
            return plain(item.summary)
        return plain(summarise(item.body))

    def local(self, moment: datetime) -> datetime:
        """In the organisation's zone; without an offset it already is."""
        if moment.tzinfo is None:
            return moment.replace(tzinfo=self.timezone)
        return moment.astimezone(self.timezone)

    def audience_line(self, only: Mapping[str, Any] | None) -> str:
        """ "Voor jou als wijkambtenaar" when the rule speaks of roles, else ""."""
        if only is None:
            return ""
        asked = _roles_asked(parse_rule(only))
        if not asked:
            return ""
        names = [
            question.field.name(self.session, question.value, self.language)
            or question.value
            for question in asked
        ]
        words = OR[self.language].join(dict.fromkeys(names))
        return BY_ROLE[self.language].format(words)


def _roles_asked(rule: Rule) -> list[Question]:
    """Roles a rule asks for; under ``not`` it asks for their absence."""
    match rule:
        case Question(field=field) if field.key == "role":
            return [rule]
        case AllOf(parts) | AnyOf(parts):
            return [asked for part in parts for asked in _roles_asked(part)]
        case _:
            return []


def plain(text: str) -> str:
    """One line of text from outside, unable to pose as a slot."""
    return without_markers(" ".join(text.split()))


def running(markdown: str) -> Text:
    """Running text in both forms."""
    return from_markdown(without_markers(markdown))
