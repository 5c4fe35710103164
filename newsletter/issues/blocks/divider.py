"""A line between two parts."""

from dataclasses import dataclass

from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class Divider(Block):
    kind = "divider"
    label = {"nl": "Lijn", "en": "Divider"}
    example = {}
    is_content = False

    def resolve(self, context: Resolving) -> values.Divider:
        return values.Divider(id=self.id)
