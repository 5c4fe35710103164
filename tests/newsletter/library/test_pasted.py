"""What is pasted from Word or another editor keeps its words and loses the rest."""

from contextlib import suppress

import pytest

from newsletter.library.pasted import MOST, from_clipboard
from newsletter.rendering.errors import TooDeep, TooLong

# As Word puts it on the clipboard: styles by the hundred before one page of text.
HEAD = (
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><meta charset=utf-8>"
    "<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--><style>"
    + "p.MsoNormal {mso-style-parent:''; margin:0cm; font-size:11.0pt;}\n" * 3500
    + "</style></head><body lang=NL style='tab-interval:35.4pt'><!--StartFragment-->"
)
BULLET = (
    "<p class=MsoListParagraphCxSpFirst style='text-indent:-18pt;mso-list:l0 level1 "
    "lfo1'><!--[if !supportLists]--><span style='mso-list:Ignore'>{sign}<span "
    "style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span><!--[endif]-->"
    "{words}<o:p></o:p></p>\n"
)
WORD = (
    HEAD
    + "<h1>De buurttafel<o:p></o:p></h1>\n"
    + "<p class=MsoNormal><b style='mso-bidi-font-weight:normal'>Elke</b> donderdag "
    + "<i>soep</i> &amp; <a href='https://soep.example/'>brood</a>.<o:p></o:p></p>\n"
    + "<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n"
    + BULLET.format(sign="·", words="Een tafel")
    + BULLET.format(sign="·", words="Een pan")
    + BULLET.format(sign="1.", words="Zet hem buiten")
    + "<p class=MsoNormal>Klaar.<o:p></o:p></p><!--EndFragment--></body></html>"
)


def test_two_hundred_kilobytes_of_word_are_one_page_of_text() -> None:
    assert len(WORD) > 200_000

    assert from_clipboard(WORD).replace("\n", "") == (
        "<h2>De buurttafel</h2>"
        "<p><b>Elke</b> donderdag <i>soep</i> &amp; "
        '<a href="https://soep.example/">brood</a>.</p>'
        "<ul><li>Een tafel</li><li>Een pan</li></ul>"
        "<ol><li>Zet hem buiten</li></ol>"
        "<p>Klaar.</p>"
    )


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<p>Soep</p>", "<p>Soep</p>"),
        ("Soep", "Soep"),
        ("<b style='font-weight:normal;' id='docs'><p>Soep</p></b>", "<p>Soep</p>"),
        ("<p>a<script>alert(1)</script><img src=x onerror=alert(1)>b</p>", "<p>ab</p>"),
        (
            "<p style='mso-list:l0 level1'>Zonder teken</p>",
            "<ul><li>Zonder teken</li></ul>",
        ),
        (
            (
                "<p style='mso-list:l0 level1'>Het laatste</p><h2>Een kop</h2>"
                "<table><tr><td>cel</td></tr></table>"
            ),
            (
                "<ul><li>Het laatste</li></ul><h2>Een kop</h2>"
                "<table><tbody><tr><td>cel</td></tr></tbody></table>"
            ),
        ),
        ("", ""),
    ],
)
def test_other_editors_too(html: str, body: str) -> None:
    assert from_clipboard(html) == body


@pytest.mark.parametrize(
    "unclosed",
    ["<style", "<xml>", "<p style='mso-list:", "<b ", "<!--[if !supportLists]-->"],
)
def test_what_is_never_closed_ends_all_the_same(unclosed: str) -> None:
    with suppress(TooDeep, TooLong):
        from_clipboard((unclosed * 300_000)[:290_000])


def test_far_too_much_or_too_deep_is_refused() -> None:
    with pytest.raises(TooLong):
        from_clipboard("a" * (MOST + 1))
    with pytest.raises(TooDeep):
        from_clipboard("<div>" * 10_000)
