"""Two pieces become one, and nothing that hung on either is lost."""

import pytest
from sqlalchemy import select

from newsletter.issues.compose import find_issue
from newsletter.issues.doubles import merge
from newsletter.issues.usage import uses_of
from newsletter.issues.waivers import waive, waived
from newsletter.library.errors import BadItem, ItemExists
from newsletter.library.knowledge import link
from newsletter.library.models import ItemKind, LibraryItem, Relation, VersionKind
from newsletter.library.search import find
from newsletter.library.stories import find_item, items_of
from newsletter.library.versions import history, restore
from tests.conftest import NOW
from tests.newsletter.issues.world import World
from tests.newsletter.pictures import picture

BY = "anna@example.nl"


def known(world: World, story: str, knowledge: str, why: str) -> None:
    link(
        world.session,
        story=story,
        knowledge=knowledge,
        relation=Relation.ILLUSTRATES,
        why=why,
        now=NOW,
    )


@pytest.fixture
def doubled(world: World) -> World:
    """Soep, and its double from a partner, each with links and uses of its own."""
    world.story(
        "soep-2",
        "De buurttafel!",
        body="Alleen hier staat pastinaak.",
        themes=["eten"],
        regions=["GM0363"],
        image=picture(),
        image_alt="Pan",
        partner="lpb",
    )
    for slug in ("plek", "ritme"):
        world.story(slug, slug.capitalize(), kind=ItemKind.THEORY)
    known(world, "soep", "plek", "Van wie blijft.")
    known(world, "soep-2", "plek", "Van de dubbele.")
    known(world, "soep-2", "ritme", "Elke donderdag.")
    extra = {"after": None, "block": {"kind": "story", "story": "soep-2"}}
    sent = world.issue({"kind": "story", "story": "soep-2"}, number=1)
    sent.frozen_at = NOW
    draft = world.issue(
        {"kind": "story", "story": "soep-2"},
        editions=[{"partner": "lpb", "blocks": [extra]}],
        number=2,
    )
    waive(world.session, draft, story="soep-2", why="nieuw", by=BY, now=NOW)
    return world


def test_links_uses_and_slug_go_to_the_piece_that_stays(doubled: World) -> None:
    session = doubled.session

    kept = merge(session, keep="soep", double="soep-2", by=BY, now=NOW)

    assert kept.slug == "soep"
    assert {(one.knowledge.slug, one.why) for one in kept.links} == {
        ("plek", "Van wie blijft."),
        ("ritme", "Elke donderdag."),
    }
    assert [(use.number, use.edition) for use in uses_of(session, "soep")] == [
        (2, None),
        (2, "lpb"),
        (1, None),
    ]
    assert uses_of(session, "soep-2") == ()
    assert find_item(session, "soep-2") is kept
    assert items_of(session, ["soep-2", "soep"]) == {"soep": kept, "soep-2": kept}
    slugs = session.scalars(select(LibraryItem.slug)).all()
    assert "soep-2" not in slugs
    with pytest.raises(ItemExists):
        doubled.story("soep-2", "Een nieuwe")


def test_a_draft_names_the_piece_that_stays_and_a_sent_issue_is_not_touched(
    doubled: World,
) -> None:
    session = doubled.session
    merge(session, keep="soep", double="soep-2", by=BY, now=NOW)

    sent, draft = (find_issue(session, number) for number in (1, 2))
    assert [block["story"] for block in sent.blocks] == ["soep-2"]
    assert [block["story"] for block in draft.blocks] == ["soep"]
    assert draft.editions[0]["blocks"][0]["block"]["story"] == "soep"
    assert waived(session, draft) == {"soep"}


def test_what_the_double_said_stands_in_the_history_and_can_be_said_again(
    doubled: World,
) -> None:
    session = doubled.session
    kept = merge(session, keep="soep", double="soep-2", by=BY, now=NOW)

    assert (kept.themes, kept.regions) == (["eten"], ["GM0150", "GM0363"])
    assert (kept.image_alt, kept.partner) == ("Pan", None)
    assert find(session, "pastinaak") == []
    versions = [one.version for one in history(session, kept)]
    assert [one.kind for one in versions] == [
        VersionKind.MERGED,
        VersionKind.DOUBLE,
        VersionKind.ADDED,
    ]
    assert {one.note for one in versions} == {"soep-2", ""}
    restore(session, doubled.settings, kept, 2, by=BY, now=NOW)
    assert "pastinaak" in kept.body


def test_a_double_of_a_double_leads_on(doubled: World) -> None:
    merge(doubled.session, keep="soep-2", double="balie", by=BY, now=NOW)
    merge(doubled.session, keep="soep", double="soep-2", by=BY, now=NOW)

    assert find_item(doubled.session, "balie").slug == "soep"


@pytest.mark.parametrize(
    ("keep", "double", "words"),
    [
        ("soep", "soep", "is that piece already"),
        ("soep", "plek", "a story and knowledge cannot become one"),
    ],
)
def test_what_cannot_be_one_is_refused(
    doubled: World, keep: str, double: str, words: str
) -> None:
    with pytest.raises(BadItem, match=words):
        merge(doubled.session, keep=keep, double=double, by=BY, now=NOW)
