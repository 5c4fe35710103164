"""Text from outside becomes safe, shallow, well-formed, and readable as plain text."""

from html.parser import HTMLParser
from time import monotonic
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.rendering.errors import RenderingError
from newsletter.rendering.richtext import TAGS, from_html, from_markdown, to_plain


@pytest.mark.parametrize(
    ("given_html", "becomes"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("a < b & c<br>d", "a &lt; b &amp; c<br />d"),
        ("<p>goed</p><script>alert(1)</script>", "<p>goed</p>"),
        ('<p onclick="x()" style="color:red" class="a">b</p>', "<p>b</p>"),
        ('<a href="javascript:x()">b</a>', "<a>b</a>"),
        ('<a href="data:text/html,x">b</a>', "<a>b</a>"),
        (
            '<a href="mailto:anna@example.nl">b</a>',
            '<a href="mailto:anna@example.nl">b</a>',
        ),
        ('<a href="tel:+31301234567">b</a>', '<a href="tel:+31301234567">b</a>'),
        (
            '<a href="https://x.nl/?a=<b>">c</a>',
            '<a href="https://x.nl/?a=&lt;b&gt;">c</a>',
        ),
        ('<p lang="fy">goeie</p>', '<p lang="fy">goeie</p>'),
        ("<h1>Kop</h1>", "<h2>Kop</h2>"),
        ("<h3>a</h3><h3>b</h3>", "<h2>a</h2><h2>b</h2>"),
        ("<h2>a</h2><h6>b</h6><h4>c</h4>", "<h2>a</h2><h3>b</h3><h3>c</h3>"),
        (
            "<h1>a</h1><h2>b</h2><h3>c</h3><h4>d</h4>",
            "<h2>a</h2><h3>b</h3><h4>c</h4><h4>d</h4>",
        ),
        ("<section>a</section><section>b</section>", "<div>a</div><div>b</div>"),
        ('<img src="https://elders.example/pixel.gif">tekst', "tekst"),
        ("<mj-raw>tekst</mj-raw><mj-section/>", "tekst"),
        ("<!-- [if mso]>x<![endif]-->tekst", "tekst"),
        ("{{ 7*7 }} {% if x %}", "{{ 7*7 }} {% if x %}"),
        ("", ""),
    ],
)
def test_html_becomes(given_html: str, becomes: str) -> None:
    assert from_html(given_html) == becomes


def test_html_in_markdown_stays_visible_text() -> None:
    text = from_markdown("<script>alert(1)</script> <b>dik</b>")

    assert "<script" not in text.html
    assert text.plain == "<script>alert(1)</script> <b>dik</b>"


def test_a_picture_in_markdown_becomes_a_link_and_is_not_fetched() -> None:
    text = from_markdown("![De tafel](https://elders.example/tafel.png)")

    assert text.html == '<p><a href="https://elders.example/tafel.png">De tafel</a></p>'


@pytest.mark.parametrize(
    "deep",
    [
        "<div>" * 51,
        "<div>" * 10_000,
        "<b>" * 51,
        "<div/>" * 51,
        "".join(f"<p><b id={n}></p>" for n in range(5_000)),
        "<a " * 90_000,
        "<svg><style>" + "<div>" * 10_000,
    ],
)
def test_deeply_nested_html_is_refused_quickly(deep: str) -> None:
    began = monotonic()

    with pytest.raises(RenderingError, match="50 elements inside each other"):
        from_html(deep)

    assert monotonic() - began < 5


def test_markdown_loses_nothing_by_nesting() -> None:
    twelve_levels = "".join(f"{'  ' * level}- stap {level}\n" for level in range(12))

    assert "stap 11" in from_markdown(twelve_levels).html


@pytest.mark.parametrize(
    "deep",
    [
        ">" * 10_000 + " diep",
        "".join(f"{'  ' * level}- a\n" for level in range(500)),
        "*" * 10_000 + "a" + "*" * 10_000,
    ],
)
def test_deeply_nested_markdown_is_refused_not_cut_off(deep: str) -> None:
    with pytest.raises(RenderingError, match="50 elements inside each other"):
        from_markdown(deep)


@pytest.mark.parametrize(
    "flat",
    [
        "<p>a" * 500,
        "<ul>" + "<li>a" * 500 + "</ul>",
        "a<br>" * 500,
        "<p><b>a</b></p>" * 500,
        "<div>" * 50,
    ],
)
def test_long_but_shallow_html_is_taken(flat: str) -> None:
    assert from_html(flat)


def test_text_of_half_a_book_is_refused_with_its_length() -> None:
    with pytest.raises(RenderingError, match="300,001 characters"):
        from_markdown("a" * 300_001)


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>een</p><p>twee</p>", "een\n\ntwee"),
        ("<p>een<br />twee</p>", "een\ntwee"),
        ('<p><a href="https://x.nl/a">hier</a>.</p>', "hier (https://x.nl/a)."),
        ('<a href="https://x.nl/">https://x.nl</a>', "https://x.nl"),
        ('<a href="mailto:anna@example.nl">Anna</a>', "Anna (anna@example.nl)"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b"),
        ("<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "> a\n>\n> b\n\nc"),
        ("<h2>Kop</h2><p>a</p>", "Kop\n\na"),
        ("<table><tr><th>Dag</th><th>Agenda</th></tr></table>", "Dag | Agenda"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>a</p><hr /><p>b</p>", "a\n\n* * *\n\nb"),
        ("&lt;b&gt; &amp; ‘zo’", "<b> & ‘zo’"),
    ],
)
def test_html_reads_as_plain_text(html: str, plain: str) -> None:
    assert to_plain(html) == plain


def test_plain_text_is_at_most_78_columns_wide() -> None:
    text = from_markdown("Woorden " * 60 + "\n\n- " + "nog meer woorden " * 30)

    assert max(len(line) for line in text.plain.splitlines()) <= 78


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


_PIECES = st.sampled_from(
    ["<p>", "</p>", "<b>", "<script>", "</script>", "<img src=x onerror=y>", "<!--",
     "-->", "<svg>", "<style>", "&lt;", "&", "<", '"', "'", "<mj-text>", "]]>",
     "<a href='j&#97;vascript:x'>", "{{ x }}", "tekst", "\u202e", "<li>", "<td>"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_whatever_comes_in_only_listed_tags_come_out(html: str) -> None:
    clean = from_html(html)

    tags = _Tags()
    tags.feed(clean)
    assert tags.seen <= TAGS
    assert "javascript:" not in clean
    ElementTree.fromstring(f"<div>{clean}</div>")  # well-formed: MJML takes it
