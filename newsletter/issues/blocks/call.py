"""A call for stories."""

from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, running
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class Call(Block):
    kind = "call"
    label = {"nl": "Oproep", "en": "Call for stories"}
    example = {
        "text": "Wat begon er bij jou in de straat?",
        "url": "https://example.org/vertel",
    }

    text: str = fields.markdown("Tekst", "Text", most=2000)
    url: str = fields.link("Waarheen", "Where it goes", mailto=True)

    def resolve(self, context: Resolving) -> values.Call | None:
        if not self.url:
            return None
        return values.Call(id=self.id, text=running(self.text), url=self.url)
