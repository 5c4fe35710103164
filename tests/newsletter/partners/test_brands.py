"""Colours that can be read, in the light and in the dark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.partners.brands import (
    DARK_CARD,
    LIGHT_CARD,
    BadColour,
    brand_of,
    contrast,
    passing_shade,
    read_colour,
    source_of,
)
from newsletter.partners.models import Partner

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#a63d22", "#ffffff", 6.35),
    ],
)
def test_contrast_is_that_of_wcag(a: str, b: str, ratio: float) -> None:
    assert contrast(a, b) == contrast(b, a) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(
    ("colour", "background", "shade"),
    [
        ("#005ea2", LIGHT_CARD, "#005ea2"),
        ("#777777", LIGHT_CARD, "#767676"),
        ("#000000", DARK_CARD, "#8d8d8d"),
    ],
)
def test_the_nearest_shade_is_chosen(colour: str, background: str, shade: str) -> None:
    assert passing_shade(colour, background) == shade


@given(colour=colours, background=st.sampled_from([LIGHT_CARD, DARK_CARD]))
def test_every_colour_has_a_shade_that_can_be_read(
    colour: str, background: str
) -> None:
    shade = passing_shade(colour, background)

    assert contrast(shade, background) >= 4.5
    assert passing_shade(shade, background) == shade


def test_when_no_shade_can_be_read_the_clearer_end_is_taken() -> None:
    assert passing_shade("#888888", "#777777", ratio=7) == "#000000"


@pytest.mark.parametrize("text", ["#005EA2", "005ea2", " #005ea2 "])
def test_a_colour_is_understood_in_its_usual_forms(text: str) -> None:
    assert read_colour(text) == "#005ea2"


@pytest.mark.parametrize("text", ["", "blue", "#12345", "#12345g", "#005ea2;x", "\n"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(BadColour, match="six hexadecimal digits"):
        read_colour(text)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ((600, 300), (96, 48)),
        ((600, 60), (200, 20)),
        ((30, 20), (30, 20)),
        ((600, 1), (200, 1)),
    ],
)
def test_a_logo_is_shown_within_its_box(
    stored: tuple[int, int], shown: tuple[int, int]
) -> None:
    partner = Partner(
        name="LPB",
        colour="#ffcc00",
        logo="ab.png",
        logo_width=stored[0],
        logo_height=stored[1],
    )

    brand = brand_of(partner, "https://post.example.nl")

    assert brand.logo is not None
    assert (brand.logo.width, brand.logo.height) == shown
    assert brand.logo.url == "https://post.example.nl/media/ab.png"
    assert brand.logo.alt == "LPB"
    assert contrast(brand.colour, LIGHT_CARD) >= 4.5
    assert brand.colour_dark == "#ffcc00"


def a_partner(**dark: object) -> Partner:
    return Partner(
        name="LPB",
        colour="#005ea2",
        logo="ab.png",
        logo_width=300,
        logo_height=100,
        **dark,
    )


def test_a_logo_for_the_dark_is_shown_in_its_own_proportions() -> None:
    partner = a_partner(logo_dark="cd.png", logo_dark_width=200, logo_dark_height=100)

    brand = brand_of(partner, "https://post.example.nl")
    source = source_of(partner, "https://post.example.nl")

    for dark, size in ((brand.logo_dark, (96, 48)), (source.logo_dark, (36, 18))):
        assert dark is not None
        assert dark.url == "https://post.example.nl/media/cd.png"
        assert (dark.width, dark.height) == size
    assert brand_of(a_partner(), "").logo_dark is None


def test_a_long_strip_leaves_no_room_for_the_name_and_is_left_out() -> None:
    strip = {"logo_dark": "cd.png", "logo_dark_width": 500, "logo_dark_height": 100}

    source = source_of(a_partner(**strip), "")

    assert source.logo is not None
    assert source.logo_dark is None
