"""Links of the library are looked at by themselves, and dead ones found."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from database.session import Database
from newsletter.elsewhere.looking import Look, remember
from newsletter.elsewhere.models import LinkLook
from newsletter.library import dead_links
from newsletter.library.addresses import addresses_in
from newsletter.library.bodies import Format
from newsletter.library.models import ItemKind, LibraryAddress
from newsletter.library.stories import add_item
from tests.conftest import NOW
from tests.newsletter.dispatch.village import Village
from tests.stand_ins.web import Reply, WebStandIn

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("url", "body", "found"),
    [
        (None, "<p>Soep</p>", []),
        ("https://a.example/x#top", "", ["https://a.example/x"]),
        (
            "https://a.example/",
            """<a href="https://b.example/?q=1&amp;r=2">b</a>
            <a title="t" href="https://a.example/">a</a>
            <a href="mailto:x@y.nl">m</a>""",
            ["https://a.example/", "https://b.example/?q=1&r=2"],
        ),
        (None, f'<a href="https://a.example/{"x" * 2000}">', []),
    ],
)
def test_the_addresses_of_a_piece(url: str | None, body: str, found: list[str]) -> None:
    assert addresses_in(url, body) == found


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    village = Village(database, tmp_path / "home")
    village.with_settings(BUURTPOST_FETCH_ALLOW="127.0.0.0/8")
    return village


@pytest.fixture
def web() -> Iterator[WebStandIn]:
    with WebStandIn({"/goed": Reply(200), "/stuk": Reply(500)}) as web:
        yield web


def piece(village: Village, slug: str, *urls: str, replace: bool = False) -> None:
    links = " ".join(f'<a href="{url}">hier</a>' for url in urls)
    with village.database.write.begin() as session:
        add_item(
            session,
            village.settings,
            slug=slug,
            kind=ItemKind.STORY,
            title=slug,
            body=f"<p>{links}</p>",
            format=Format.HTML,
            replace=replace,
            now=NOW,
        )


def dead(village: Village) -> list[tuple[str, str, int | None]]:
    with village.database.read() as session:
        found = dead_links.every_dead_link(session, now=village.now)
        return [
            (slug, link.url.rpartition("/")[2], link.status) for slug, link in found
        ]


def a_night(village: Village) -> None:
    dead_links.begin_tonight(village.context, {})
    village.work()


def test_a_night_finds_what_is_gone_and_a_change_takes_it_away(
    village: Village, web: WebStandIn
) -> None:
    own = f"{village.settings.base_url}/stories/weg"
    piece(village, "een", f"{web.url}/goed", f"{web.url}/weg#kop", own)
    piece(village, "twee", f"{web.url}/weg", f"{web.url}/stuk")

    a_night(village)

    assert dead(village) == [("een", "weg", 404), ("twee", "weg", 404)]
    heads = [path for method, path in web.asked if method == "HEAD"]
    assert sorted(heads) == ["/goed", "/stuk", "/weg"]

    piece(village, "een", f"{web.url}/goed", replace=True)
    assert dead(village) == [("twee", "weg", 404)]
    with village.database.read() as session:
        kept = session.scalars(select(LibraryAddress.url)).all()
    assert sorted(url.rpartition("/")[2] for url in kept) == ["goed", "stuk", "weg"]


def test_what_answered_is_asked_again_after_a_week_and_what_failed_every_night(
    village: Village, web: WebStandIn
) -> None:
    piece(village, "een", f"{web.url}/goed", f"{web.url}/stuk")

    for _ in range(8):
        a_night(village)
        village.now += DAY

    heads = [path for method, path in web.asked if method == "HEAD"]
    assert (heads.count("/goed"), heads.count("/stuk")) == (2, 8)
    assert dead(village) == [("een", "stuk", 500)]


def test_a_night_is_many_short_jobs_and_has_an_end(
    village: Village, web: WebStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_links, "MOST_A_NIGHT", 7)
    piece(village, "een", *(f"{web.url}/goed?{number}" for number in range(10)))

    a_night(village)

    with village.database.read() as session:
        # Three of one host at a time.
        assert session.scalar(select(func.count()).select_from(LinkLook)) == 7


def test_a_look_nobody_needs_any_more_is_forgotten(village: Village) -> None:
    with village.database.write.begin() as session:
        remember(session, {"https://oud.example/": Look(200)}, now=NOW - 91 * DAY)

    a_night(village)

    with village.database.read() as session:
        assert session.scalar(select(LinkLook.url)) is None
