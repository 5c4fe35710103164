"""A page elsewhere tells its title, summary, day, author and picture; or is refused."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from newsletter.fetching import NoAnswer, NotAllowed, Page
from newsletter.library.errors import BadPage
from newsletter.library.from_web import decoded, read_page
from newsletter.settings import Settings, read_settings
from tests.newsletter.pictures import picture
from tests.stand_ins.web import Reply, WebStandIn

HTML = (("Content-Type", "text/html; charset=utf-8"),)
PAGE = """<!doctype html><html lang="nl"><head><title>Soep op de stoep | Krant</title>
<meta property="og:title" content="Soep op de stoep">
<meta name="author" content="Anna de Vries">
<meta property="og:site_name" content="De Buurtkrant">
<meta name="description" content="Elke donderdag een tafel buiten.">
<meta property="og:image" content="/foto.png">
<meta property="article:published_time" content="2026-11-02T10:00:00+01:00"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Soep op de stoep</h1>
<p>Elke donderdag staat er een tafel op de stoep en iedereen schuift
aan met een kom.</p>
<h2>Hoe het begon</h2><p>Met een pan te veel, en een buurvrouw die op tijd aanbelde.</p>
<script>alert(1)</script></article><footer>Over cookies.</footer></body></html>"""


@pytest.fixture(scope="module")
def web() -> Iterator[WebStandIn]:
    with WebStandIn(
        {
            "/soep": Reply(body=PAGE.encode(), headers=HTML),
            "/foto.png": Reply(body=picture(300, 200)),
            "/zonder": Reply(
                body=PAGE.replace("/foto.png", "/weg.png").encode(), headers=HTML
            ),
            "/svg": Reply(
                body=PAGE.replace("/foto.png", "/kwaad.svg").encode(), headers=HTML
            ),
            "/kwaad.svg": Reply(body=b"<svg onload='alert(1)'/>"),
            "/pdf": Reply(body=b"%PDF", headers=(("Content-Type", "application/pdf"),)),
            "/leeg": Reply(body=b"", headers=HTML),
            "/groot": Reply(body=b"<p>" + b"a" * 5_000_001, headers=HTML),
            "/kring": Reply(302, headers=(("Location", "/kring"),)),
            "/boos": Reply(500, b"<p>Oeps", headers=HTML),
            "/diep": Reply(body=b"<div>" * 100_000 + b"Soep.", headers=HTML),
        }
    ) as web:
        web.pages["/naar-binnen"] = Reply(
            302, headers=(("Location", "http://169.254.169.254/"),)
        )
        yield web


def settings_for(tmp_path: Path, **more: str) -> Settings:
    return read_settings({"BUURTPOST_HOME": str(tmp_path / "home"), **more})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(
        tmp_path,
        BUURTPOST_FETCH_ALLOW="127.0.0.0/8",
        BUURTPOST_BASE_URL="https://post.example.nl",
    )


def test_a_page_becomes_a_draft(settings: Settings, web: WebStandIn) -> None:
    read = read_page(settings, f"{web.url}/soep")

    draft = read.draft
    assert (draft.slug, draft.title) == ("soep-op-de-stoep", "Soep op de stoep")
    assert draft.summary == "Elke donderdag een tafel buiten."
    assert draft.published_on == date(2026, 11, 2)
    assert draft.people == ("Anna de Vries",)
    assert draft.source == "De Buurtkrant"
    assert draft.url == f"{web.url}/soep"
    assert draft.image == picture(300, 200)
    assert draft.body == ""


def test_its_text_comes_along_only_when_asked(
    settings: Settings, web: WebStandIn
) -> None:
    body = read_page(settings, f"{web.url}/soep", with_text=True).draft.body

    assert "Hoe het begon" in body
    assert "alert" not in body
    assert "cookies" not in body


@pytest.mark.parametrize(("path", "why"), [("/zonder", "404"), ("/svg", "SVG")])
def test_a_picture_that_cannot_be_had_is_left_out_and_said(
    settings: Settings, web: WebStandIn, path: str, why: str
) -> None:
    read = read_page(settings, web.url + path)

    assert read.draft.image is None
    assert why in read.no_picture


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("/pdf", BadPage, "is no page but 'application/pdf'"),
        ("/leeg", BadPage, "holds nothing"),
        ("/groot", NoAnswer, "is larger than 5,000,000 bytes"),
        ("/kring", NoAnswer, "keeps sending us on"),
        ("/boos", BadPage, "answered 500"),
        ("/nergens", BadPage, "answered 404"),
        ("/diep", BadPage, "holds nothing"),
        ("/naar-binnen", NotAllowed, "private network"),
    ],
)
def test_what_is_no_page_is_named(
    settings: Settings, web: WebStandIn, path: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        read_page(settings, web.url + path)


def test_a_private_address_is_not_asked(tmp_path: Path, web: WebStandIn) -> None:
    with pytest.raises(NotAllowed, match="private network"):
        read_page(settings_for(tmp_path), f"{web.url}/soep")


def test_our_own_address_is_not_asked(tmp_path: Path) -> None:
    own = settings_for(tmp_path, BUURTPOST_BASE_URL="https://post.example.nl")
    with pytest.raises(BadPage, match="our own address"):
        read_page(own, "https://post.example.nl/desk/stories/soep")
    with pytest.raises(BadPage, match="our own address"):
        read_page(own, "https://POST.example.nl:443/")


def test_a_page_that_sends_us_on_to_our_own_address_is_refused(
    tmp_path: Path, web: WebStandIn
) -> None:
    with WebStandIn({"/desk/": Reply(body=PAGE.encode(), headers=HTML)}) as ours:
        own = settings_for(
            tmp_path,
            BUURTPOST_FETCH_ALLOW="127.0.0.0/8",
            BUURTPOST_BASE_URL=ours.url,
        )
        web.pages["/naar-ons"] = Reply(
            302, headers=(("Location", f"{ours.url}/desk/"),)
        )

        with pytest.raises(BadPage, match="our own address"):
            read_page(own, f"{web.url}/naar-ons")


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/html", "één".encode(), "één"),
        ("text/html", "één".encode("cp1252"), "één"),
        ("text/html; charset=iso-8859-1", "“één”".encode("cp1252"), "“één”"),
        ("text/html", b'<meta charset="windows-1251">\xc4\xe0', "Да"),
        ("text/html; charset=utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
        ("text/html; charset=idna", b"xn--", "xn--"),
        ("text/html", "één".encode("utf-16"), "één"),
        ("text/html; charset=utf-8", b"\xff\xfe\x00", "\ufffd"),
    ],
)
def test_a_page_is_read_in_its_own_encoding(kind: str, body: bytes, text: str) -> None:
    page = Page("https://krant.example/", 200, {"content-type": kind}, body)

    assert decoded(page).endswith(text)
