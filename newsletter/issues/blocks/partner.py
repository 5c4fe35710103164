"""A partner's own words, under its own name and colour."""

from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, running
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class PartnerWords(Block):
    kind = "partner"
    label = {"nl": "Van een partner", "en": "From a partner"}
    example = {
        "partner": "lpb",
        "text": "De landelijke dag is op **12 maart**.",
        "url": "https://example.org/dag",
    }

    partner: str = fields.partner("Partner", "Partner")
    text: str = fields.markdown("Tekst", "Text", most=4000)
    url: str | None = fields.link("Meer lezen", "Read more", required=False)

    def check_references(self, context: Resolving) -> None:
        context.brand(self.partner)

    def resolve(self, context: Resolving) -> values.PartnerBlock:
        return values.PartnerBlock(
            id=self.id,
            partner=context.brand(self.partner),
            text=running(self.text),
            url=self.url or None,
        )
