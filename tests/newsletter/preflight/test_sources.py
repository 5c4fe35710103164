"""What a partner shared goes out as the partner allows."""

from datetime import timedelta

import pytest

from newsletter.exchange.feeds import add_feed, all_feeds
from newsletter.exchange.intake import store
from newsletter.exchange.reading import Document
from newsletter.issues.compose import find_issue
from newsletter.library.stories import find_item
from newsletter.partners.terms import Terms, Text
from newsletter.preflight.checks.sources import check_sources
from newsletter.preflight.findings import Level
from newsletter.preflight.looking import look
from tests.conftest import NOW
from tests.newsletter.exchange.test_matching import entry
from tests.newsletter.issues.world import World
from tests.newsletter.preflight.looked_over import look_over

STORY = {"kind": "story", "story": "balie"}


def found(world: World, *blocks: dict[str, object], **more: object):
    return [
        (one.level, one.check, one.variant)
        for one in check_sources(look_over(world, *(blocks or (STORY,)), **more))
    ]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms(), []),
        (Terms(text=Text.TEASER), []),
        (Terms(until=NOW.date()), []),
        (
            Terms(until=NOW.date() - timedelta(days=1)),
            [(Level.BLOCKING, "terms", None)],
        ),
    ],
)
def test_a_partners_terms_are_kept(world: World, terms, expected):
    world.lpb.terms = terms.to_document()

    assert found(world) == expected


def test_a_piece_may_have_terms_of_its_own(world: World):
    world.lpb.terms = Terms(until=NOW.date() - timedelta(days=1)).to_document()
    find_item(world.session, "balie").terms = Terms().to_document()

    assert found(world) == []


def test_a_piece_that_one_partner_may_not_have_blocks_that_partners_edition(world):
    world.partner("wijk", "Wijk")
    world.lpb.terms = Terms(not_for=frozenset({"wijk"})).to_document()
    world.reader("ben", partners=[world.lpb])

    assert found(world, editions=[{"partner": "lpb"}]) == []


def test_the_edition_of_a_partner_who_may_not_have_it_is_named(world: World):
    find_item(world.session, "soep").terms = Terms(
        not_for=frozenset({"lpb"})
    ).to_document()
    world.reader("ben", partners=[world.lpb])
    soep = {"kind": "story", "story": "soep"}

    assert found(world, soep, editions=[{"partner": "lpb"}]) == [
        (Level.BLOCKING, "terms", "lpb")
    ]


@pytest.mark.parametrize(
    ("may_change", "expected"), [(True, []), (False, [(Level.BLOCKING, "terms", None)])]
)
def test_a_headline_that_must_stay_and_did_not_blocks(world, may_change, expected):
    came_in(world)
    find_item(world.session, "t1").title = "Van ons"
    world.lpb.terms = Terms(headline_may_change=may_change).to_document()

    assert found(world, {"kind": "story", "story": "t1"}) == expected


def came_in(world: World, title: int = 1) -> None:
    """A piece of LPB's feed, or its next version."""
    feeds = all_feeds(world.session)
    feed = (
        feeds[0]
        if feeds
        else add_feed(
            world.session, url="https://lpb.example/feed", partner="lpb", now=NOW
        )
    )
    store(
        world.session,
        world.settings,
        feed,
        Document("LPB", (entry(1, 1, title),)),
        now=NOW,
    )


def test_a_source_that_changed_warns(world: World):
    came_in(world)
    issue = {"kind": "story", "story": "t1"}
    assert found(world, issue) == []

    came_in(world, title=2)

    assert [one.check for one in check_sources(look_again(world))] == ["source-changed"]


def look_again(world: World):
    return look(world.session, world.settings, find_issue(world.session, 42), now=NOW)
