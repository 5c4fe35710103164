"""Fetching from elsewhere: what is allowed, and what never ends."""

import gzip
import time
import zlib
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from newsletter.fetching import (
    Fetcher,
    Limits,
    NoAnswer,
    NotAllowed,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    open_fetcher,
)
from newsletter.fetching.addresses import may_fetch_from
from newsletter.settings import read_settings
from tests.stand_ins.web import Reply, WebStandIn

LOOPBACK = (ip_network("127.0.0.0/8"),)


def fetcher(**limits: float) -> Fetcher:
    return Fetcher(LOOPBACK, Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_only_the_public_internet_is_fetched_from(address, public):
    assert may_fetch_from(address, ()) is public


def test_a_network_somebody_allowed_is_fetched_from_and_no_other():
    assert may_fetch_from("10.1.2.3", (ip_network("10.0.0.0/8"),))
    assert may_fetch_from("::ffff:10.1.2.3", (ip_network("10.0.0.0/8"),))
    assert not may_fetch_from("192.168.1.1", (ip_network("10.0.0.0/8"),))


def test_a_page_is_fetched_whole():
    with WebStandIn({"/a?b=c": Reply(200, b"Dag", (("X-Kind", "Page"),))}) as web:
        page = fetcher().fetch(f"{web.url}/a?b=c#below")

    assert (page.status, page.body, page.headers["x-kind"]) == (200, b"Dag", "Page")


def test_an_error_page_is_an_answer():
    with WebStandIn({}) as web:
        assert fetcher().fetch(f"{web.url}/gone").status == 404


def test_head_brings_no_body():
    with WebStandIn({"/": Reply(200, b"Dag")}) as web:
        page = fetcher().fetch(web.url, method="HEAD")

    assert (page.status, page.body) == (200, b"")
    assert web.asked == [("HEAD", "/")]


def test_a_path_with_spaces_and_accents_is_asked_for_as_browsers_do():
    with WebStandIn({"/S%C3%BAdwest%20Frysl%C3%A2n": Reply()}) as web:
        assert fetcher().fetch(f"{web.url}/Súdwest Fryslân").status == 200


def test_redirects_are_followed_and_say_where_they_ended():
    pages = {
        "/a": Reply(301, headers=(("Location", "/b?x"),)),
        "/b?x": Reply(302, headers=(("Location", "c"),)),
        "/c": Reply(200, b"Hier"),
    }
    with WebStandIn(pages) as web:
        page = fetcher().fetch(f"{web.url}/a")

    assert (page.url, page.body) == (f"{web.url}/c", b"Hier")


def test_redirects_that_go_round_end():
    with WebStandIn({"/": Reply(302, headers=(("Location", "/"),))}) as web:
        with pytest.raises(TooManyRedirects, match="keeps sending us on"):
            fetcher().fetch(web.url)
        assert len(web.asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://[::1]/",
        "http://[not-a-number",
    ],
)
def test_a_redirect_to_where_we_do_not_go_is_not_followed(target):
    with (
        WebStandIn({"/": Reply(302, headers=(("Location", target),))}) as web,
        pytest.raises(NotAllowed),
    ):
        fetcher().fetch(web.url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
def test_a_machine_of_our_own_is_not_fetched_from(url):
    with pytest.raises(NotAllowed, match="private network"):
        Fetcher().fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.org",
        "http://",
        "http://user:secret@example.org/",
        "http://example.org:99999/",
        "http://[x/",
        "http://" + "a" * 70 + ".nl/",
        "http://example.org/" + "a" * 2000,
        "",
    ],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(NotAllowed):
        Fetcher().fetch(url)


def test_a_name_is_looked_up_once_and_that_address_is_connected_to():
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with WebStandIn({"/": Reply(200, b"Dag")}) as web:
        page = Fetcher(LOOPBACK, resolve=rebinding).fetch(
            f"http://example.org:{web.port}/"
        )

    assert page.body == b"Dag"
    assert asked == ["example.org"]


def test_a_name_with_a_public_and_a_private_address_is_reached_by_the_public_one():
    def both(_host: str, _port: int) -> list[str]:
        return ["10.0.0.1", "127.0.0.1"]

    with WebStandIn({"/": Reply()}) as web:
        page = Fetcher(LOOPBACK, resolve=both).fetch(f"http://example.org:{web.port}/")

    assert page.status == 200


def test_a_page_that_is_too_large_is_given_up():
    with (
        WebStandIn({"/": Reply(200, b"x" * 2000)}) as web,
        pytest.raises(TooLarge, match="larger than 1,000 bytes"),
    ):
        fetcher(size_bytes=1000).fetch(web.url)


def test_a_page_that_drips_is_given_up_in_time():
    with WebStandIn({"/": Reply(200, b"x" * 100, drip_seconds=0.05)}) as web:
        begun = time.monotonic()
        with pytest.raises(TooSlow, match="did not answer within"):
            fetcher(seconds=0.3).fetch(web.url)

    assert time.monotonic() - begun < 4  # it drips for five


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://nowhere.invalid/"])
def test_a_server_that_is_not_there_is_no_answer(url):
    with pytest.raises(NoAnswer, match="cannot be reached"):
        fetcher().fetch(url)


def test_a_server_that_hangs_up_is_no_answer():
    with (
        WebStandIn({"/": Reply(hang_up=True)}) as web,
        pytest.raises(NoAnswer, match="cannot be reached"),
    ):
        fetcher().fetch(web.url)


def test_the_settings_say_which_networks_may_be_fetched_from():
    settings = read_settings({"BUURTPOST_FETCH_ALLOW": "127.0.0.0/8, ::1"})
    with WebStandIn({"/": Reply()}) as web:
        assert open_fetcher(settings).fetch(web.url).status == 200


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("identity", bytes),
    ],
)
def test_a_packed_page_is_unpacked(encoding, pack):
    words = b"Dag buurt. " * 50
    reply = Reply(200, pack(words), (("Content-Encoding", encoding),))
    with WebStandIn({"/": reply}) as web:
        assert fetcher().fetch(web.url).body == words


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not packed at all"),
        ("gzip", gzip.compress(b"Dag buurt. " * 50, mtime=0)[:-12]),
        ("br", b"Dag"),
        ("rot13", b"Dag"),
    ],
)
def test_what_cannot_be_unpacked_is_no_answer(encoding, body):
    reply = Reply(200, body, (("Content-Encoding", encoding),))
    with (
        WebStandIn({"/": reply}) as web,
        pytest.raises(NoAnswer, match="cannot be unpacked"),
    ):
        fetcher().fetch(web.url)


def endless_gzip() -> Iterator[bytes]:
    """Zeros, packed a thousandfold, for as long as somebody reads."""
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    while True:
        yield packer.compress(bytes(1_000_000))


def test_a_packed_gigabyte_is_given_up_where_the_limit_is():
    reply = Reply(stream=endless_gzip, headers=(("Content-Encoding", "gzip"),))
    with (
        WebStandIn({"/": reply}) as web,
        pytest.raises(TooLarge, match="larger than 5,000,000 bytes"),
    ):
        fetcher().fetch(web.url)


def test_a_body_without_an_end_is_given_up_where_the_limit_is():
    def endless() -> Iterator[bytes]:
        while True:
            yield b"<item>" * 1000

    with WebStandIn({"/": Reply(stream=endless)}) as web, pytest.raises(TooLarge):
        fetcher().fetch(web.url)


def test_headers_without_an_end_are_no_answer():
    many = tuple((f"X-{number}", "x" * 500) for number in range(1000))
    with WebStandIn({"/": Reply(headers=many)}) as web, pytest.raises(NoAnswer):
        fetcher().fetch(web.url)


def test_ten_thousand_redirects_cost_four_questions():
    def next_page(path: str) -> Reply:
        return Reply(302, headers=(("Location", f"/{int(path[1:]) + 1}"),))

    pages = {f"/{number}": next_page(f"/{number}") for number in range(10_000)}
    with WebStandIn(pages) as web:
        with pytest.raises(TooManyRedirects):
            fetcher(redirects=3).fetch(f"{web.url}/0")
        assert len(web.asked) == 4


def test_a_page_is_asked_for_only_if_it_changed():
    with WebStandIn({"/": Reply(304, headers=(("ETag", '"a"'),))}) as web:
        page = fetcher().fetch(web.url, headers={"If-None-Match": '"a"'})

        assert (page.status, page.body) == (304, b"")
        assert web.headers[-1]["if-none-match"] == '"a"'
