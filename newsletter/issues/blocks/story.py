"""A story from the library, large or small."""

from dataclasses import dataclass, replace

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, plain
from newsletter.issues.blocks.image import fitting
from newsletter.library.models import LibraryItem
from newsletter.partners.brands import source_of
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class Story(Block):
    kind = "story"
    label = {"nl": "Verhaal", "en": "Story"}
    example = {"story": "de-buurttafel", "size": "feature"}
    recurs = False

    story: str = fields.story("Verhaal", "Story")
    size: str = fields.choice("Grootte", "Size", "compact", "feature")
    teaser: str = fields.markdown(
        "Eigen inleiding", "Teaser of your own", most=600, required=False
    )

    def check_references(self, context: Resolving) -> None:
        context.item(self.story)

    def resolve(self, context: Resolving) -> values.StoryBlock:
        item = context.item(self.story)
        feature = self.size == "feature"
        return values.StoryBlock(
            id=self.id,
            title=plain(item.title),
            teaser=plain(self.teaser) or context.teaser_of(item),
            url=context.page_of(item) or f"{context.base_url}/stories/{item.slug}",
            feature=feature,
            place=context.place_of(item),
            source=source_of(item.partner, context.base_url) if item.partner else None,
            picture=_picture(item, context) if feature else None,
            audience=context.audience_line(self.only),
            language=item.language,
            # A teaser of the editors' own is in the issue's language.
            teaser_language="" if plain(self.teaser) else item.language,
        )


def _picture(item: LibraryItem, context: Resolving) -> values.Picture | None:
    if not item.image or not item.image_width or not item.image_height:
        return None
    shown = fitting(
        context.media_url(item.image),
        plain(item.image_alt or ""),
        item.image_width,
        item.image_height,
    )
    return replace(shown, credit=plain(item.image_credit or ""))
