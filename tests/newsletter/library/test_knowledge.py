"""Knowledge links: from a story, to knowledge, with a why."""

import pytest
from sqlalchemy.orm import Session

from newsletter.library.errors import BadLink, UnknownItem
from newsletter.library.knowledge import link, stories_of, unlink
from newsletter.library.models import ItemKind, Relation
from newsletter.library.stories import find_item
from tests.conftest import NOW
from tests.newsletter.library.conftest import Add

WHY = "Laat zien waarom een vaste plek meer doet dan een los evenement."


@pytest.fixture(autouse=True)
def _pieces(add: Add) -> None:
    add("tafel")
    add("sleutel")
    add("ontmoeten", kind=ItemKind.RESEARCH)


def test_a_story_is_linked_to_what_is_known(session: Session) -> None:
    link(
        session,
        story="tafel",
        knowledge="ontmoeten",
        relation="illustrates",
        why=f"  {WHY} ",
        now=NOW,
    )

    (made,) = find_item(session, "tafel").links
    assert made.knowledge.slug == "ontmoeten"
    assert made.relation is Relation.ILLUSTRATES
    assert made.why == WHY
    assert stories_of(session, made.knowledge) == [made]


def test_linking_again_changes_the_relation_and_the_why(session: Session) -> None:
    for relation, why in ((Relation.SUPPORTS, "Eerst."), (Relation.NUANCES, "Daarna.")):
        link(
            session,
            story="tafel",
            knowledge="ontmoeten",
            relation=relation,
            why=why,
            now=NOW,
        )

    (made,) = find_item(session, "tafel").links
    assert (made.relation, made.why) == (Relation.NUANCES, "Daarna.")


def test_a_link_is_taken_away_once(session: Session) -> None:
    link(
        session,
        story="tafel",
        knowledge="ontmoeten",
        relation="supports",
        why=WHY,
        now=NOW,
    )

    unlink(session, story="tafel", knowledge="ontmoeten")

    assert find_item(session, "tafel").links == []
    with pytest.raises(BadLink, match="not linked"):
        unlink(session, story="tafel", knowledge="ontmoeten")


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"story": "geen"}, UnknownItem, "'geen'"),
        ({"knowledge": "geen"}, UnknownItem, "'geen'"),
        ({"story": "ontmoeten"}, BadLink, "begins at a story"),
        ({"knowledge": "sleutel"}, BadLink, "leads to knowledge"),
        ({"relation": "likes"}, BadLink, "uses-method"),
        ({"why": " "}, Exception, "is empty"),
        ({"why": "w" * 301}, Exception, "300 is the most"),
        ({"why": "Een.\nTwee."}, Exception, "one line"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(
    session: Session, values: dict[str, str], error: type[Exception], words: str
) -> None:
    good = {
        "story": "tafel",
        "knowledge": "ontmoeten",
        "relation": "supports",
        "why": WHY,
    }

    with pytest.raises(error, match=words):
        link(session, **{**good, **values}, now=NOW)

    assert find_item(session, "tafel").links == []
