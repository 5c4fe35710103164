"""Words become stems: what the index of either database holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.library.stems import indexed, sought, stem, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("’s-Gravenhage: één CAFÉ!", ["s", "gravenhage", "een", "cafe"]),
        ("50% van_ons, \0 3.5", ["50", "van", "ons", "3", "5"]),
        ("Straße ﬁets Ĳsland", ["strasse", "fiets", "ijsland"]),
        ("x" * 100, ["x" * 40]),
        ("…", []),
    ],
)
def test_a_text_falls_into_plain_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("nl", "verhalen", "verhaal"),
        ("nl", "ontmoetingen", "ontmoeten"),
        ("nl", "wijken", "wijk"),
        ("en", "stories", "story"),
        ("fy", "doarpen", "doarp"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(language: str, one: str, other: str) -> None:
    assert stem(one, language) == stem(other, language)


@given(st.text(max_size=200), st.sampled_from(["nl", "en", "fy"]))
def test_any_text_can_be_indexed_and_is_found_by_its_own_words(
    text: str, language: str
) -> None:
    held = indexed(
        title=text,
        texts=[text],
        themes=[text],
        people=[text],
        regions=["GM0150"],
        kind="story",
        language=language,
    )

    assert "  " not in held
    for each in sought(text, most=1000):
        assert set(each.any_of) & set(held.split(" "))


def test_a_giant_text_is_indexed_as_far_as_a_database_can_hold() -> None:
    held = indexed(
        title="Giant",
        texts=[" ".join(f"woord{number:034}" for number in range(20_000))],
        themes=[],
        people=[],
        regions=[],
        kind="story",
        language="nl",
    )

    assert 400_000 < len(held.encode()) <= 500_000
