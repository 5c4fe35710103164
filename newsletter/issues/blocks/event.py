"""Something to go to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, plain
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class Event(Block):
    """``start`` and ``end`` without an offset are the organisation's local time."""

    kind = "event"
    label = {"nl": "Bijeenkomst", "en": "Event"}
    example = {
        "title": "Soep en plannen",
        "start": "2027-01-15T19:30",
        "end": "2027-01-15T21:30",
        "place": "Buurthuis De Brug, Zwolle",
        "url": "https://example.org/soep",
    }
    recurs = False

    title: str = fields.line("Titel", "Title", most=150)
    start: datetime = fields.moment("Begin", "Start")
    end: datetime | None = fields.moment("Einde", "End", required=False)
    place: str = fields.line("Plaats", "Place", most=150, required=False)
    url: str | None = fields.link("Meer lezen", "Read more", required=False)

    def problems(self) -> Iterator[fields.Problem]:
        yield from super().problems()
        mixed = self.end and (self.start.tzinfo is None) != (self.end.tzinfo is None)
        if mixed:
            yield {
                "nl": "Geef begin en einde allebei een tijdzone, of geen van beide.",
                "en": "Start and end must both have an offset, or neither.",
            }
        elif self.end and self.end < self.start:
            yield {
                "nl": "Het einde ligt voor het begin. Verander een van de twee.",
                "en": "The end lies before the start. Change one of them.",
            }

    def resolve(self, context: Resolving) -> values.Event:
        return values.Event(
            id=self.id,
            title=plain(self.title),
            start=context.local(self.start),
            end=context.local(self.end) if self.end else None,
            place=plain(self.place),
            url=self.url or None,
        )
