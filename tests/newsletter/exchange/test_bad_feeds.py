"""Feeds from a hostile or broken server: named, contained, and nothing lost."""

import gzip
from collections.abc import Iterator
from datetime import timedelta

import pytest

from newsletter.exchange.feeds import Health, health_of, start_feed
from newsletter.exchange.troubles import WORDS, Trouble, say
from tests.conftest import NOW
from tests.newsletter.exchange.conftest import Exchange, item, rss
from tests.newsletter.fetching.test_fetching import endless_gzip
from tests.stand_ins.web import Reply


def endless_feed() -> Iterator[bytes]:
    yield rss(item(1))[: -len(b"</channel></rss>")]
    while True:
        yield item(2).encode() * 100


def laughing() -> bytes:
    laughs = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE x [<!ENTITY lol0 "ha">{laughs}]><x>&lol11;</x>'.encode()


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (Reply(stream=endless_feed), Trouble.TOO_LARGE),
        (
            Reply(stream=endless_gzip, headers=(("Content-Encoding", "gzip"),)),
            Trouble.TOO_LARGE,
        ),
        (Reply(302, headers=(("Location", "/feed"),)), Trouble.REDIRECTS),
        (
            Reply(302, headers=(("Location", "http://169.254.169.254/"),)),
            Trouble.NOT_ALLOWED,
        ),
        (Reply(200, b"<!doctype html><title>Dag</title>"), Trouble.WEB_PAGE),
        (Reply(200, laughing()), Trouble.NOT_A_FEED),
        (Reply(200, b"\x89PNG\r\n\x1a\n" + bytes(100)), Trouble.NOT_A_FEED),
        (Reply(200, rss()), Trouble.EMPTY),
        (Reply(200, rss(item(1)), (("Content-Encoding", "br"),)), Trouble.NO_SENSE),
        (Reply(hang_up=True), Trouble.NO_SENSE),
        (Reply(401), Trouble.REFUSED),
        (Reply(404), Trouble.NOT_FOUND),
        (Reply(429), Trouble.BUSY),
        (Reply(500), Trouble.STUMBLES),
    ],
    ids=lambda value: str(value) if isinstance(value, Trouble) else "",
)
def test_trouble_is_named_and_what_we_have_stays(exchange: Exchange, reply, trouble):
    exchange.brings(item(1), item(2))
    exchange.web.pages["/feed"] = reply

    polled = exchange.poll()

    assert (polled.state, polled.trouble) == ("failed", trouble)
    assert exchange.titles() == ["Verhaal 1", "Verhaal 2"]
    with exchange.database.read() as session:
        feed = exchange.feed(session)
        assert health_of(feed) is Health.FAILING
        assert feed.next_at == NOW + timedelta(hours=1)
    # The next good answer brings what was missed, and nothing twice.
    assert exchange.brings(item(3), item(1), item(2)) == {"new": 1, "same": 2}


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "image/png"])
def test_a_feed_of_the_wrong_type_is_read(exchange: Exchange, kind):
    exchange.says(item(1), headers=(("Content-Type", kind),))

    assert exchange.poll().counts["new"] == 1


def test_a_packed_feed_is_read(exchange: Exchange):
    packed = (("Content-Encoding", "gzip"),)
    exchange.web.pages["/feed"] = Reply(200, gzip.compress(rss(item(1))), packed)

    assert exchange.poll().counts["new"] == 1


def test_a_feed_is_asked_only_for_what_changed(exchange: Exchange):
    when = "Fri, 20 Nov 2026 09:00:00 GMT"
    exchange.says(item(1), headers=(("ETag", '"a"'), ("Last-Modified", when)))
    exchange.poll()
    exchange.web.pages["/feed"] = Reply(304)

    polled = exchange.poll()

    assert (polled.state, polled.health, polled.size_bytes) == ("unchanged", "well", 0)
    asked = exchange.web.headers[-1]
    assert asked["if-none-match"] == '"a"'
    assert asked["if-modified-since"] == when


def test_a_server_that_knows_no_304_is_recognised_by_what_it_says(exchange: Exchange):
    exchange.brings(item(1))

    assert exchange.poll().state == "unchanged"


def test_each_failure_waits_twice_as_long_and_a_day_at_most(exchange: Exchange):
    exchange.web.pages["/feed"] = Reply(500)
    waits = []
    for _ in range(7):
        polled = exchange.poll()
        assert polled.next_at is not None
        waits.append((polled.next_at - NOW) / timedelta(hours=1))

    assert waits == [1, 2, 4, 8, 16, 24, 24]
    assert exchange.brings(item(1)) == {"new": 1}
    with exchange.database.read() as session:
        assert exchange.feed(session).failures == 0


@pytest.mark.parametrize(
    ("told", "hours"),
    [
        ("7200", 2),
        ("9999999", 24),
        ("Fri, 20 Nov 2026 14:30:00 GMT", 5),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 1),
        ("soon", 1),
    ],
)
def test_a_server_that_asks_us_to_wait_is_obeyed(exchange: Exchange, told, hours):
    exchange.web.pages["/feed"] = Reply(503, headers=(("Retry-After", told),))

    assert exchange.poll().next_at == NOW + timedelta(hours=hours)


def test_a_feed_that_is_gone_is_asked_no_more_until_somebody_starts_it(exchange):
    exchange.web.pages["/feed"] = Reply(410)
    assert exchange.poll().health == "stopped"

    with exchange.database.write.begin() as session:
        start_feed(session, exchange.url, now=NOW)

    assert exchange.brings(item(1)) == {"new": 1}


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_trouble_says_what_happened_in_both_languages(trouble, language):
    assert set(WORDS) == set(Trouble)
    what, do = say(trouble, "418", language)

    assert what.endswith((".", "418"))
    assert not do or do.endswith(".")
