"""A sentence somebody said, set apart from the stories around it."""

from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, plain
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class Quotation(Block):
    kind = "quotation"
    label = {"nl": "Citaat", "en": "Quotation"}
    example = {
        "text": "We hadden geen plan. We hadden donderdag.",
        "who": "Buurtmaker in Deventer",
    }
    recurs = False

    text: str = fields.markdown("Wat er gezegd is", "What was said", most=400)
    who: str = fields.line("Wie het zei", "Who said it", most=100)

    def resolve(self, context: Resolving) -> values.Quotation:
        return values.Quotation(id=self.id, text=plain(self.text), who=plain(self.who))
