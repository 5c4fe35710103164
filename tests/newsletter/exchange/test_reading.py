"""What feeds say, from the oldest RSS to JSON Feed, and what is no feed at all."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.exchange.reading import Document, NotAFeed, SourceEntry, read_document
from newsletter.exchange.reading.values import MOST_ENTRIES
from newsletter.exchange.troubles import Trouble
from newsletter.library.words import text_of

FEEDS = Path(__file__).parents[2] / "payloads" / "feeds"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def read(body: bytes | str, content_type: str = "application/rss+xml") -> Document:
    data = body.encode() if isinstance(body, str) else body
    return read_document(
        data,
        url="https://lpb.example/feed/",
        content_type=content_type,
        zone=AMSTERDAM,
    )


def rss(*items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>T</title>'
        f"<link>https://lpb.example/</link><description>D</description>"
        f"{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    )


def one(body: bytes | str, content_type: str = "application/rss+xml") -> SourceEntry:
    (entry,) = read(body, content_type).entries
    return entry


def test_rss_2_is_read_with_its_full_text_people_themes_and_picture():
    document = read((FEEDS / "rss-2.0.xml").read_bytes())
    balie, without_date = document.entries

    assert document.title == "LPB – Verhalen"
    assert balie.guid == "https://lpb.example/?p=101"
    assert balie.url == "https://lpb.example/verhalen/balie"
    assert balie.title == "Tussen balie & buurt"
    assert balie.summary == "Een wijkambtenaar zet haar bureau in het buurthuis."
    assert "geen afspraak te maken" in balie.body
    assert "script" not in balie.body
    assert "img" not in balie.body
    assert balie.published_on == date(2026, 11, 17)  # half past midnight over here
    assert balie.people == ("Samira Bouali",)
    assert balie.themes == ("ontmoeten", "gemeente")
    assert balie.language == "nl"
    assert balie.image == "https://lpb.example/beeld/balie-groot.jpg"
    assert without_date.published_on is None
    assert without_date.guid == "https://lpb.example/verhalen/zonder-datum"
    assert without_date.summary.startswith("Een kort bericht over een straat")


@pytest.mark.parametrize(
    ("name", "title", "url", "language", "day"),
    [
        (
            "rss-0.91.xml",
            "Café op de hoek",
            "http://oud.example/cafe.html",
            "nl",
            None,
        ),
        (
            "rss-1.0.rdf",
            "De brug van 1974",
            "https://rdf.example/1",
            "nl",
            date(2026, 10, 1),
        ),
        (
            "atom.xml",
            "It doarp skriuwt sels",
            "https://doarp.example/ferhaal/1",
            "fy",
            date(2026, 11, 17),
        ),
    ],
)
def test_every_kind_of_feed_is_read(name, title, url, language, day):
    entry = one((FEEDS / name).read_bytes())

    assert (entry.title, entry.url) == (title, url)
    assert (entry.language, entry.published_on) == (language, day)
    assert len(text_of(entry.body)) > 40


def test_atom_says_its_picture_and_what_was_taken_back():
    document = read((FEEDS / "atom.xml").read_bytes())

    assert document.entries[0].image == "https://doarp.example/beeld/1.png"
    assert document.withdrawn == {"tag:doarp.example,2026:3"}


def test_json_feed_is_read_and_a_value_of_the_wrong_type_is_unknown():
    key, text = read((FEEDS / "feed.json").read_bytes(), "text/plain").entries

    assert (key.guid, key.url) == ("7", "https://lpb.example/stories/7")
    assert key.people == ("Mo Visser",)
    assert key.themes == ("trust",)
    assert key.language == "en"
    assert key.image == "https://lpb.example/img/7.jpg"
    assert text.title == "Only text <here>, two lines. And a second paragraph."
    assert text.body.count("<p>") == 2
    assert "&lt;here&gt;" in text.body
    assert text.published_on is None


def test_a_feed_that_is_not_well_formed_is_read_all_the_same():
    document = read((FEEDS / "not-well-formed.xml").read_bytes())

    assert [entry.title for entry in document.entries] == ["Koffie & thee", "Nog een"]
    assert "koffie zet & thee" in text_of(document.entries[0].body)


@pytest.mark.parametrize(
    ("declared", "served", "bytes_in"),
    [
        ("", "charset=windows-1252", "cp1252"),
        ('encoding="iso-8859-1"', "", "latin-1"),
        ('encoding="windows-1252"', "charset=utf-8", "cp1252"),
        ("", "", "cp1252"),
        ("", "charset=no-such-thing", "utf-8"),
        ('encoding="utf-16"', "", "utf-16"),
        ('encoding="utf-8"', "charset=utf-7", "utf-8"),
    ],
)
def test_accents_survive_whatever_the_feed_calls_its_alphabet(
    declared, served, bytes_in
):
    text = rss("<title>Café Sûd</title><guid>1</guid>").replace(
        '<?xml version="1.0"?>', f'<?xml version="1.0" {declared}?>'
    )

    assert one(text.encode(bytes_in), f"text/xml; {served}").title == "Café Sûd"


def test_utf_7_is_never_read_as_markup():
    text = rss("<title>+ADw-script+AD4-</title><guid>1</guid>").replace(
        '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-7"?>'
    )

    entry = one(text.encode("ascii"), "text/xml; charset=utf-7")

    assert entry.title == "+ADw-script+AD4-"


def test_a_billion_laughs_are_not_told():
    laughs = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE lolz [<!ENTITY lol0 "lol">{laughs}]>'

    entry = one(rss("<title>Ha &lol9;</title><guid>1</guid>", head=head))

    assert len(entry.title) < 100


def test_an_outside_entity_is_not_fetched():
    head = '<!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'

    entry = one(rss("<title>Ha &secret;</title><guid>1</guid>", head=head))

    assert entry.title in {"Ha", "Ha &secret;"}


@pytest.mark.parametrize(
    ("body", "trouble", "detail"),
    [
        ("<!DOCTYPE html><html><head><title>x</title>", Trouble.WEB_PAGE, ""),
        (
            "<html><link type=application/rss+xml href='/echt.xml'><link href=x>",
            Trouble.WEB_PAGE_WITH_FEED,
            "https://lpb.example/echt.xml",
        ),
        ("", Trouble.NOT_A_FEED, ""),
        ("Dag!", Trouble.NOT_A_FEED, ""),
        ('{"version": "1", "items": []}', Trouble.NOT_A_FEED, ""),
        ("[" * 100_000, Trouble.NOT_A_FEED, ""),
        ('{"items": [', Trouble.NOT_A_FEED, ""),
        (bytes(range(256)) * 20, Trouble.NOT_A_FEED, ""),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", Trouble.NOT_A_FEED, ""),
    ],
)
def test_what_is_no_feed_is_named(body, trouble, detail):
    with pytest.raises(NotAFeed) as raised:
        read(body)

    assert raised.value.trouble is trouble
    assert raised.value.detail.startswith(detail)


def test_an_entry_of_nothing_but_a_link_has_a_title():
    assert (
        one(rss("<link>https://lpb.example/1</link>")).title == "https://lpb.example/1"
    )


def test_values_are_cut_to_what_the_library_holds():
    entry = one(
        rss(
            f"<title>{'lang ' * 100}</title><guid>{'g' * 2000}</guid>"
            f"<link>https://lpb.example/{'a' * 3000}</link>"
            f"<pubDate>Mon, 16 Nov 9026 23:30:00 +0000</pubDate>"
            f"{''.join(f'<category>t{n}</category>' for n in range(100))}"
        )
    )

    assert len(entry.title) == 200
    assert len(entry.guid) < 100
    assert entry.url is None
    assert entry.published_on is None
    assert len(entry.themes) == 20


@pytest.mark.parametrize("deep", ["<div>" * 5000 + "Diep", "<b>" * 200 + "Diep"])
def test_a_text_nested_too_deep_keeps_its_words(deep):
    entry = one(rss(f"<guid>1</guid><description><![CDATA[{deep}]]></description>"))

    assert text_of(entry.body) == "Diep"


def test_a_text_too_long_keeps_its_beginning():
    long = "".join(f"<p>Zin {n} van een heel lang stuk.</p>" for n in range(20_000))

    entry = one(rss(f"<guid>1</guid><description><![CDATA[{long}]]></description>"))

    assert entry.body.startswith("<p>Zin 0 van een heel lang stuk.</p>")
    assert len(entry.body) <= 300_000


def test_the_first_entries_of_a_very_long_feed_are_read():
    items = (f"<title>{n}</title><guid>{n}</guid>" for n in range(MOST_ENTRIES + 20))

    assert len(read(rss(*items)).entries) == MOST_ENTRIES


def test_what_was_read_can_be_kept_and_read_again():
    for entry in read((FEEDS / "rss-2.0.xml").read_bytes()).entries:
        assert SourceEntry.of(entry.to_document()) == entry


@pytest.mark.parametrize(
    "text",
    ["<!---->" * 700 + "<p>", "<html>" + "<link " * 30_000],
    ids=["comments without a page", "links without an end"],
)
def test_what_would_take_for_ever_to_look_through_is_no_feed(text: str):
    with pytest.raises(NotAFeed):
        read(text, "text/html")


def test_a_hundred_thousand_signs_of_broken_pictures_hold_no_picture():
    broken = "&lt;img " * 20_000

    assert (
        one(rss(f"<title>A</title><description>{broken}</description>")).image is None
    )


@pytest.mark.parametrize(
    "content",
    [
        (
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
            "<p>Soep op <b>straat</b>.</p></div></content>"
        ),
        (
            '<content type="html">&lt;p&gt;Soep op &lt;b&gt;straat&lt;/b&gt;.&lt;/p&gt;'
            "</content>"
        ),
        "<content>Soep op straat.</content>",
    ],
)
def test_of_an_entry_without_a_summary_the_first_sentences_are_it(content: str):
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry>'
        f"<id>urn:a</id><title>T</title>{content}</entry></feed>"
    )

    (entry,) = read(feed.encode()).entries

    assert entry.summary == "Soep op straat."
