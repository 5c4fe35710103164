"""The foreword: the editor's own words at the top."""

from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, running
from newsletter.rendering import values
from newsletter.rendering.merge import Slot, marker

NAME = "{naam}"  # the one thing in braces that is not text


@dataclass(frozen=True, kw_only=True)
class Foreword(Block):
    kind = "foreword"
    label = {"nl": "Voorwoord", "en": "Foreword"}
    example = {"text": "Beste {naam},\n\nDrie verhalen van mensen die *begonnen*."}
    is_content = False

    text: str = fields.markdown("Tekst", "Text", most=4000)

    def resolve(self, context: Resolving) -> values.Foreword:
        text = running(self.text)
        return values.Foreword(
            id=self.id,
            text=values.Text(html=named(text.html), plain=named(text.plain)),
        )


def named(text: str) -> str:
    """Text with a slot where the reader's name goes."""
    return text.replace(NAME, marker(Slot.NAME))
