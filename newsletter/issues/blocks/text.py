"""Free text."""

from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, running
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class FreeText(Block):
    kind = "text"
    label = {"nl": "Tekst", "en": "Text"}
    example = {
        "text": "## Uit de buurt\n\nKort nieuws, met een [link](https://example.org)."
    }

    text: str = fields.markdown("Tekst", "Text", most=8000)

    def resolve(self, context: Resolving) -> values.TextBlock:
        return values.TextBlock(id=self.id, text=running(self.text))
