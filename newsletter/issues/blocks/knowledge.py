"""The knowledge strip: what we already knew about a story, and why it belongs."""

from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, plain
from newsletter.issues.words import RELATIONS, SORTS
from newsletter.rendering import values


@dataclass(frozen=True, kw_only=True)
class Knowledge(Block):
    """All the knowledge links of one story."""

    kind = "knowledge"
    label = {"nl": "Kennis bij een verhaal", "en": "Knowledge with a story"}
    example = {"story": "de-buurttafel"}
    recurs = False

    story: str = fields.story("Verhaal", "Story")

    def check_references(self, context: Resolving) -> None:
        context.item(self.story)

    def resolve(self, context: Resolving) -> values.KnowledgeStrip | None:
        item = context.item(self.story)
        if not item.links:
            return None
        return values.KnowledgeStrip(
            id=self.id,
            story_title=plain(item.title),
            entries=tuple(
                values.KnowledgeEntry(
                    title=plain(link.knowledge.title),
                    why=plain(link.why),
                    url=context.page_of(link.knowledge),
                    relation=RELATIONS[link.relation][context.language],
                    sort=SORTS[link.knowledge.kind][context.language],
                    language=link.knowledge.language,
                )
                for link in item.links
            ),
        )
