"""What speaks of the same is found, with the words and themes it shares."""

import pytest
from sqlalchemy.orm import Session

from newsletter.library.models import KNOWLEDGE_KINDS, ItemKind, LibraryItem
from newsletter.library.similar import most_similar
from tests.newsletter.library.conftest import Add


@pytest.fixture
def story(add: Add) -> LibraryItem:
    return add(
        "buurttafel",
        title="De buurttafel",
        themes=["eten"],
        body="<p>Elke donderdag ontmoeten bewoners elkaar bij de soep. "
        "Een vaste plek helpt: vertrouwen groeit langzaam.</p>",
    )


def test_rarer_words_and_shared_themes_come_first(
    session: Session, add: Add, story: LibraryItem
) -> None:
    add("vloeren", kind=ItemKind.RESEARCH, body="<p>Vloeren van beton.</p>")
    add(
        "plekken",
        kind=ItemKind.RESEARCH,
        body="<p>Vaste plekken en het vertrouwen van bewoners.</p>",
    )
    add("koken", kind=ItemKind.METHOD, themes=["Eten"], body="<p>Pannen.</p>")
    add("zelfde", body="<p>Soep voor bewoners, vertrouwen in de ontmoeting.</p>")

    found = most_similar(session, story, kinds=KNOWLEDGE_KINDS)

    assert [one.item.slug for one in found] == ["plekken", "koken"]
    assert set(found[0].words) == {"vaste", "plek", "vertrouwen", "bewoners"}
    assert found[1].themes == ("eten",)
    without = most_similar(
        session,
        story,
        kinds=KNOWLEDGE_KINDS,
        fits=lambda one: one.slug != "plekken",
    )
    assert [one.item.slug for one in without] == ["koken"]
    assert len(most_similar(session, story, limit=1)) == 1
    assert "buurttafel" not in {one.item.slug for one in most_similar(session, story)}


def test_a_piece_without_words_is_like_nothing(session: Session, add: Add) -> None:
    assert most_similar(session, add("leeg", title="En", body="")) == []
