"""From what somebody wrote to a body that mail and pages can hold."""

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.library.bodies import Format, body_from, close_headings
from newsletter.rendering.errors import TooDeep

QUESTION, ANSWER = ("Een lange vraag? " * 10).strip(), ("Een antwoord. " * 10).strip()


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Een.\n\nTwee.", "<p>Een.</p>\n<p>Twee.</p>"),
        ("Een.\n \n\n\n\tTwee.", "<p>Een.</p>\n<p>Twee.</p>"),
        ("a < b & <script>x</script> {{ y }}",
         "<p>a &lt; b &amp; &lt;script&gt;x&lt;/script&gt; {{ y }}</p>"),
        ("Wie ben je?\nIk ben Anna.", "<p>Wie ben je?<br />Ik ben Anna.</p>"),
        (f"{QUESTION}\n{ANSWER}", f"<p>{QUESTION}<br />{ANSWER}</p>"),
        ("", ""),
        ("\n \n", ""),
    ],
)  # fmt: skip
def test_plain_text_becomes_paragraphs(text: str, body: str) -> None:
    assert body_from(text, Format.TEXT, title="Titel") == body


@pytest.mark.parametrize("width", [65, 72, 80])
def test_lines_an_editor_broke_off_are_joined_and_meant_ones_kept(width: int) -> None:
    text = f"{textwrap.fill(ANSWER, width)}\n\nRijp en groen\nstaan naast elkaar."

    assert body_from(text, Format.TEXT, title="Titel") == (
        f"<p>{ANSWER}</p>\n<p>Rijp en groen<br />staan naast elkaar.</p>"
    )


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("# De  Tafel\n\nSoep.", Format.MARKDOWN),
        ("<nav>Menu</nav><h1>De <em>tafel</em></h1><p>Soep.</p>", Format.HTML),
    ],
)
def test_a_heading_that_repeats_the_title_is_left_out(
    text: str, format_: Format
) -> None:
    body = body_from(text, format_, title="De tafel")

    assert "afel" not in body
    assert "<p>Soep.</p>" in body


def test_another_heading_stays() -> None:
    assert body_from("# Soep", Format.MARKDOWN, title="De tafel") == "<h2>Soep</h2>"


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<p>een<b>twee<p>drie", "<p>een<b>twee</b></p><p><b>drie</b></p>"),
        ("<p>a < b & c<br>", "<p>a &lt; b &amp; c<br /></p>"),
        ("<h1>Titel<p>een", "<p>een</p>"),
        ("<h3>Kop<p>een<h3>Kop<p>twee",
         "<h2>Kop</h2><p>een</p><h2>Kop</h2><p>twee</p>"),
        ("<h2><div>Kop</div></h2>", "<h2><div>Kop</div></h2>"),
        ("<script>alert(1)</script><p onclick='x'>{{ 7*7 }}</p>", "<p>{{ 7*7 }}</p>"),
    ],
)  # fmt: skip
def test_broken_html_is_mended(html: str, body: str) -> None:
    assert body_from(html, Format.HTML, title="Titel") == body


@pytest.mark.parametrize("tag", ["div", "b", "font", "blockquote"])
def test_ten_thousand_nested_elements_are_refused(tag: str) -> None:
    with pytest.raises(TooDeep):
        body_from(f"<{tag}>" * 10_000 + "hoi", Format.HTML, title="Titel")


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        (Format.TEXT, "a\0b\x1b\ud800c\u2019"),
        (Format.MARKDOWN, "a\0b\x1b\ud800c\u2019"),
        (Format.HTML, "<p>a\0b\x1b\ud800c\u2019"),
        # Written as a number they come to light only when the HTML is read.
        (Format.HTML, "<p>a&#1;b&#xFFFE;c&rsquo;</p>"),
    ],
)
def test_signs_nothing_can_hold_are_left_out(format_: Format, text: str) -> None:
    assert body_from(text, format_, title="Titel") == "<p>abc\u2019</p>"


@pytest.mark.parametrize(
    "text", ["<h1 " * 200_000, "<h1>a" * 200_000, "<h1>" * 200_000, "<h1>a</" * 100_000]
)
def test_closing_headings_takes_no_time(text: str) -> None:
    begun = time.monotonic()

    close_headings(text)

    assert time.monotonic() - begun < 5


@given(text=st.text(), format_=st.sampled_from(Format))
def test_any_text_becomes_a_body(text: str, format_: Format) -> None:
    body = body_from(text, format_, title="Titel")

    assert "<script" not in body.lower()
    assert "\0" not in body
