"""Links are looked at host by host, and how long one fails is remembered."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.elsewhere.dead import DeadLink, is_dead
from newsletter.elsewhere.looking import Look, look_at, remember
from newsletter.elsewhere.models import LinkLook
from newsletter.fetching import NoAnswer, Page, Unreachable
from tests.conftest import NOW

URL = "https://buurt.example/dag"
DAY = timedelta(days=1)


def test_where_a_host_cannot_be_reached_its_other_pages_are_not_asked_for() -> None:
    asked = []

    def fetch(url: str, *, method: str = "GET") -> Page:
        asked.append(url)
        if "weg.example" in url:
            raise Unreachable("There is no machine weg.example.")
        return Page(url, 200)

    gone = [f"https://weg.example/{number}" for number in range(3)]
    seen = look_at([*gone, URL, "http://[x/"], fetch)

    assert asked.count(gone[0]) == 1
    assert not set(gone[1:]) & set(asked)
    assert [seen[url].status for url in [*gone, URL, "http://[x/"]] == [
        *(None, None, None, 200, 200)
    ]
    assert seen[gone[2]].problem == "There is no machine weg.example."


def test_a_page_that_takes_too_long_keeps_its_neighbours() -> None:
    def fetch(url: str, *, method: str = "GET") -> Page:
        if url.endswith("traag"):
            raise NoAnswer("Too slow.")
        return Page(url, 200)

    seen = look_at(["https://buurt.example/traag", URL], fetch)

    assert [look.status for look in seen.values()] == [None, 200]


@pytest.mark.parametrize(
    ("looks", "dead_after"),
    [
        ([200, 404], True),
        ([200, 410], True),
        ([404, 200], False),
        ([None, None], False),
        ([None, None, None, None], True),
        ([503, None, 500, 502], True),
        ([None, None, 200, None], False),
        ([403, 401, 429, 405], False),
        ([None, 404], True),
    ],
)
def test_gone_is_dead_at_once_and_silence_after_three_days(
    session: Session, looks: list[int | None], dead_after: bool
) -> None:
    for day, status in enumerate(looks):
        remember(session, {URL: Look(status)}, now=NOW + day * DAY)

    last = NOW + (len(looks) - 1) * DAY
    dead = session.scalars(select(LinkLook.url).where(is_dead(last))).all()
    assert (dead == [URL]) is dead_after


def test_a_dead_link_is_dead_since_the_first_look_that_failed(session: Session) -> None:
    for day, status in enumerate([200, None, 500, 404]):
        remember(session, {URL: Look(status)}, now=NOW + day * DAY)

    look = session.scalars(select(LinkLook)).one()
    assert DeadLink.of(look) == DeadLink(URL, 404, NOW + DAY)
    assert DeadLink.of(look).is_gone
