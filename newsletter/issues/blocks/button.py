"""One thing to do."""

from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, plain
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class Button(Block):
    kind = "button"
    label = {"nl": "Knop", "en": "Button"}
    example = {"text": "Vertel jouw verhaal", "url": "https://example.org/vertel"}
    is_content = False

    text: str = fields.line("Op de knop", "On the button", most=60)
    url: str = fields.link("Waarheen", "Where it goes", mailto=True)

    def resolve(self, context: Resolving) -> values.Button | None:
        if not self.url:
            return None
        return values.Button(id=self.id, text=plain(self.text), url=self.url)
