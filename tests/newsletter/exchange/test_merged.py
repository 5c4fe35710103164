"""A piece that came by a feed becomes one with another: who follows the feed then."""

import pytest
from sqlalchemy.orm import Session

from newsletter.exchange import changes, withdrawing
from newsletter.exchange.feeds import add_feed
from newsletter.issues.doubles import merge
from newsletter.library.stories import find_item
from newsletter.library.terms import is_shown
from tests.conftest import NOW
from tests.newsletter.exchange.conftest import Exchange, item, rss, text
from tests.newsletter.issues.world import World
from tests.stand_ins.web import Reply

BETTER = item(1, title="Beter")


def by_hand(exchange: Exchange, slug: str, **more: object) -> None:
    with exchange.database.write.begin() as session:
        world = World.__new__(World)
        world.session, world.settings = session, exchange.settings
        world.story(slug, "Van ons", **more)


def joined(exchange: Exchange, keep: str, double: str) -> None:
    with exchange.database.write.begin() as session:
        merge(session, keep=keep, double=double, by="anna", now=NOW)


def waiting(session: Session) -> list[str]:
    return [row.item.slug for row in changes.undecided(session) if row.item]


def test_a_partners_piece_that_stays_follows_the_feed_of_its_double(
    on_both: Exchange,
) -> None:
    on_both.brings(item(1), item(2))
    by_hand(on_both, "hand", partner="lpb")
    joined(on_both, "hand", "verhaal-1")

    # What an editor wrote is not overwritten: somebody is asked.
    assert on_both.brings(BETTER, item(2)) == {"changed": 1, "same": 1}
    with on_both.database.write.begin() as session:
        assert waiting(session) == ["hand"]
        changes.take_over(
            session, on_both.settings, find_item(session, "hand"), by="anna", now=NOW
        )
        assert find_item(session, "verhaal-1").title == "Beter"

    assert on_both.brings(item(2))["withdrawn"] == 1
    with on_both.database.read() as session:
        assert [one.slug for one in withdrawing.withdrawn_pieces(session)] == ["hand"]


def test_a_story_of_ours_that_stays_is_not_the_partners_to_change_or_take_back(
    exchange: Exchange,
) -> None:
    exchange.brings(item(1), item(2))
    by_hand(exchange, "hand")
    joined(exchange, "hand", "verhaal-1")

    assert exchange.brings(BETTER, item(2)) == {"same": 2}
    exchange.brings(item(2))
    with exchange.database.read() as session:
        assert waiting(session) == []
        assert [one.slug for one in withdrawing.arrived(session)] == ["verhaal-2"]
        ours = find_item(session, "hand")
        assert ours.title == "Van ons"
        assert is_shown(ours, day=NOW.date())


@pytest.fixture
def twice(exchange: Exchange) -> Exchange:
    """One piece, brought by two feeds of LPB under two addresses, made one."""
    by_another_way = item(1, url="https://lpb.example/anders", title="Anders")
    exchange.web.pages["/second"] = Reply(200, rss(by_another_way, item(5)))
    exchange.says(item(1), item(2))
    with exchange.database.write.begin() as session:
        add_feed(session, url=f"{exchange.web.url}/second", partner="lpb", now=NOW)
    exchange.poll_all()
    joined(exchange, "verhaal-1", "anders")
    return exchange


def test_of_two_feeds_either_change_can_be_decided(twice: Exchange) -> None:
    changed = item(1, url="https://lpb.example/anders", title="Anders gezegd")
    twice.web.pages["/second"] = Reply(200, rss(changed, item(5)))
    twice.poll_all()

    with twice.database.write.begin() as session:
        assert waiting(session) == ["verhaal-1"]
        changes.keep_ours(session, find_item(session, "verhaal-1"))
        assert waiting(session) == []


def test_what_one_feed_drops_and_another_has_is_not_withdrawn(twice: Exchange) -> None:
    twice.says(item(3, body=text(3)), item(2))
    twice.poll_all()
    with twice.database.read() as session:
        assert withdrawing.withdrawn_pieces(session) == []

    twice.web.pages["/second"] = Reply(200, rss(item(6), item(5)))
    twice.poll_all()
    with twice.database.read() as session:
        assert [one.slug for one in withdrawing.withdrawn_pieces(session)] == [
            "verhaal-1"
        ]
