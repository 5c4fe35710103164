"""Suggestions for links, each with its reason; none is made by itself."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.library.knowledge import link, stories_behind
from newsletter.library.models import ItemKind, KnowledgeLink, LibraryItem, Relation
from newsletter.library.suggest import Suggestion, suggest
from newsletter.partners.terms import Terms
from tests.conftest import NOW
from tests.newsletter.library.conftest import Add

DAY = NOW.date()
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

    [one] = suggest(session, story, day=DAY)
    back = suggest(session, method, day=DAY)

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
    assert set(slugs(suggest(session, story, day=DAY))) == {"theorie", "onderzoek"}

    linked_to(theory)

    assert slugs(suggest(session, story, day=DAY)) == ["onderzoek"]
    assert slugs(suggest(session, theory, day=DAY)) == []
    assert stories_behind(session, [theory, research]) == {theory.id: 1}


def test_what_may_not_be_shown_is_not_suggested(session: Session, add: Add) -> None:
    story = add("tafel", body=STORY)
    for number in range(12):
        gone = add(f"weg-{number}", kind=ItemKind.THEORY, body=STORY)
        gone.withdrawn_at = NOW
    lent = add("geleend", kind=ItemKind.THEORY, body=STORY)
    lent.terms = Terms(until=DAY - timedelta(days=1)).to_document()
    add("blijft", kind=ItemKind.THEORY, body="<p>Bewoners en vertrouwen.</p>")

    assert slugs(suggest(session, story, day=DAY)) == ["blijft"]
