"""Suggestions for links, each with its reason; none is made by itself."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.library.knowledge import link, stories_behind
from newsletter.library.models import ItemKind, KnowledgeLink, LibraryItem, Relation
from newsletter.library.suggest import Suggestion, suggest
from tests.conftest import NOW
from tests.newsletter.library.conftest import Add

STORY = "<p>Bewoners ontmoeten elkaar bij de soep: vertrouwen groeit langzaam.</p>"


def slugs(found: list[Suggestion]) -> list[str]:
    return [one.item.slug for one in found]


def test_a_story_gets_knowledge_and_knowledge_gets_stories_with_the_reason(
    session: Session, add: Add
) -> None:
    story = add("tafel", themes=["eten", "straat"], body=STORY)
    add("andere", body=STORY)
    method = add(
        "koken",
        kind=ItemKind.METHOD,
        themes=["Eten"],
        body="<p>Hoe het vertrouwen van een bewoner groeit.</p>",
    )
    add("beton", kind=ItemKind.RESEARCH, body="<p>Over vloeren.</p>")

    [one] = suggest(session, story)
    back = suggest(session, method)

    assert one.item.slug == "koken"
    assert one.themes == ("eten",)
    assert set(one.words) == {"bewoners", "vertrouwen", "groeit"}
    assert slugs(back) == ["tafel", "andere"]
    assert session.scalar(select(KnowledgeLink)) is None


def test_what_is_linked_is_suggested_no_more(session: Session, add: Add) -> None:
    def linked_to(knowledge: LibraryItem) -> None:
        link(
            session,
            story="tafel",
            knowledge=knowledge.slug,
            relation=Relation.ILLUSTRATES,
            why="Het groeide aan tafel.",
            now=NOW,
        )

    story = add("tafel", body=STORY)
    theory = add("theorie", kind=ItemKind.THEORY, body=STORY)
    research = add("onderzoek", kind=ItemKind.RESEARCH, body=STORY)
    assert set(slugs(suggest(session, story))) == {"theorie", "onderzoek"}

    linked_to(theory)

    assert slugs(suggest(session, story)) == ["onderzoek"]
    assert slugs(suggest(session, theory)) == []
    assert stories_behind(session, [theory, research]) == {theory.id: 1}
