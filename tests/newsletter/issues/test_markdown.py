import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.markdown import is_lossless, to_markdown
from newsletter.rendering.richtext import from_html

WORDS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=8)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Gewoon</p>",
        "<p>Een <strong>sterk</strong> en <em>schuin</em> woord</p>",
        "<h2>Kop</h2><p>a<br>b</p><hr>",
        "<ul><li>een</li><li>twee<ol><li>a</li></ol></li></ul>",
        "<ul><li><p>een</p></li><li><p>twee</p><p>drie</p></li></ul>",
        "<blockquote><p>zei hij</p><p>en zij</p></blockquote>",
        '<p><a href="https://example.org/a_b?c=d&amp;e=f">lees *dit*</a></p>',
        "<pre><code>a\n  b```</code></pre>",
        "<p>buurtwijs.nl en # geen kop en 1. geen lijst</p><p># kop</p><p>1. a</p>",
        "<p>&amp;lt; {{ naam }} [x](y) `z` a_b_c</p>",
        "",
    ],
)
def test_what_markdown_can_say_is_not_lost(html: str) -> None:
    body = from_html(html)

    assert is_lossless(body, to_markdown(body))


@pytest.mark.parametrize(
    "html",
    [
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<p>a<sub>2</sub></p>",
        '<ol start="x"><li>a</li></ol>',
        f'<ol start="{"9" * 5000}"><li>a</li></ol>',
    ],
)
def test_what_markdown_cannot_say_is_noticed(html: str) -> None:
    body = from_html(html)

    assert not is_lossless(body, to_markdown(body))


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_any_words_come_back_as_they_were(words: list[str]) -> None:
    body = from_html("<p>" + " ".join(words).replace("<", "&lt;") + "</p>")

    assert is_lossless(body, to_markdown(body))
