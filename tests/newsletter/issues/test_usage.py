"""Where a piece was used: in which issues, as what, and when it was shown."""

from datetime import timedelta

import pytest

from newsletter.issues.usage import Use, narrowed_by_use, uses_of
from newsletter.library.knowledge import link
from newsletter.library.models import ItemKind, Relation
from tests.conftest import NOW
from tests.newsletter.issues.world import World

LONG_AGO, LATELY = NOW - timedelta(days=200), NOW - timedelta(days=20)


@pytest.fixture
def used(world: World) -> World:
    """Soep: long ago and lately. Balie: long ago, in an edition. Oud: in a draft."""
    world.story("ontmoeten", "Ontmoeten", kind=ItemKind.THEORY)
    world.story("oud", "Oud")
    world.story("nieuw", "Nieuw")
    link(
        world.session,
        story="soep",
        knowledge="ontmoeten",
        relation=Relation.ILLUSTRATES,
        why="Een vaste plek doet meer.",
        now=NOW,
    )
    extra = {"after": None, "block": {"kind": "story", "story": "balie"}}
    for number, frozen_at, blocks in (
        (1, LONG_AGO, [("story", "soep"), ("knowledge", "soep"), ("story", "oud")]),
        (2, LATELY, [("story", "soep")]),
        (3, None, [("story", "oud")]),
    ):
        issue = world.issue(
            *({"kind": kind, "story": slug} for kind, slug in blocks),
            editions=[{"partner": "lpb", "blocks": [extra]}] if number == 1 else (),
            number=number,
        )
        issue.frozen_at = frozen_at
    world.session.flush()
    return world


def test_a_piece_knows_its_issues_and_as_what(used: World) -> None:
    assert uses_of(used.session, "soep") == [
        Use(2, "story", "compact", None, None, LATELY),
        Use(1, "story", "compact", None, None, LONG_AGO),
        Use(1, "knowledge", None, None, None, LONG_AGO),
    ]
    assert uses_of(used.session, "balie") == [
        Use(1, "story", "compact", "lpb", None, LONG_AGO)
    ]
    assert uses_of(used.session, "ontmoeten") == [
        Use(1, "knowledge", None, None, "soep", LONG_AGO)
    ]
    assert uses_of(used.session, "nieuw") == ()


def test_what_was_never_used_or_long_unseen_or_in_an_issue(used: World) -> None:
    half_a_year = NOW - timedelta(days=183)

    assert narrowed_by_use(used.session) == (set(), None)
    everywhere = {"soep", "balie", "oud", "ontmoeten"}
    assert narrowed_by_use(used.session, never_used=True) == (everywhere, None)
    # Soep was shown since, and oud waits in a draft.
    unseen = narrowed_by_use(used.session, unseen_since=half_a_year)
    assert unseen == (set(), {"balie", "ontmoeten"})
    assert narrowed_by_use(used.session, issue=3) == (set(), {"oud"})
    assert narrowed_by_use(used.session, issue=99) == (set(), set())
