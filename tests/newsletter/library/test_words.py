"""First sentences, reading time, and the form words are searched in."""

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.library.words import (
    SUMMARY_MOST,
    reading_minutes,
    searchable,
    summarise,
    text_of,
)
from newsletter.rendering.richtext import from_html

LONG = "Elke donderdag om half zes staat de tafel buiten en eet wie wil mee"


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        (f"<p>{LONG}. Kom, schuif aan. Er is soep.</p>", f"{LONG}. Kom, schuif aan."),
        (f"<p>31 juli 2017</p><p>{LONG}.</p>", f"{LONG}."),
        (f"<h2>Waarom? Daarom. Omdat het zo is.</h2><p>{LONG}.</p>", f"{LONG}."),
        (f"<p>Hoe werkt dat bij jullie in de straat dan?<br />{LONG}.</p>", f"{LONG}."),
        ("<p>Ik was bij dr. Baart in de Opzoomerstraat. Daar begon het.</p>",
         "Ik was bij dr. Baart in de Opzoomerstraat. Daar begon het."),
        ("<p>‘We hadden geen plan, we hadden donderdag.’ Zo begon het. En toen?</p>",
         "‘We hadden geen plan, we hadden donderdag.’ Zo begon het."),
        ("<p>Kort.</p>", "Kort."),
        ("<p>x &lt;b&gt; {{ y }}</p>", "x <b> {{ y }}"),
        ("<ul><li>Een</li><li>Twee</li></ul>", "Een"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_summary_is_the_first_two_sentences(body: str, summary: str) -> None:
    assert summarise(body) == summary


def test_a_long_sentence_is_cut_between_words() -> None:
    summary = summarise("<p>" + "woord " * 100 + ".</p>")

    assert len(summary) <= SUMMARY_MOST
    assert summary.endswith("woord…")


@given(st.text(max_size=400))
def test_a_summary_is_one_line_of_limited_length(text: str) -> None:
    summary = summarise(from_html(text))

    assert len(summary) <= SUMMARY_MOST
    assert "\n" not in summary


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (220, 1), (660, 3)])
def test_reading_time_is_in_whole_minutes(words: int, minutes: int) -> None:
    assert reading_minutes("<p>" + "woord " * words + "</p>") == minutes


def test_capitals_and_accents_do_not_count() -> None:
    assert searchable("  Één  CAFÉ\n in ’s-Gravenhage ") == "een cafe in 's-gravenhage"


def test_blocks_are_lines() -> None:
    assert text_of("<h2>Soep</h2><ul><li>Een <b>twee</b></li><li>drie</li></ul>") == (
        "Soep\nEen twee\ndrie"
    )


def test_a_line_of_full_stops_is_summarised_at_once() -> None:
    began = monotonic()

    assert len(summarise(f"<p>{'.' * 300_000}x</p>")) <= 240

    assert monotonic() - began < 5
