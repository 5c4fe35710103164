"""A partner's colours and logo as mail and pages may use them.

A colour that is hard to read is kept as the partner's own and never shown: pages and
mail use the nearest shade of it that passes, on the light card and on the dark one.
"""

import colorsys
import re
from functools import lru_cache

from newsletter import media
from newsletter.errors import NewsletterError
from newsletter.partners.models import Partner
from newsletter.rendering.values import Brand, Picture, Source

LIGHT_CARD = "#ffffff"
DARK_CARD = "#20272c"
READABLE = 4.5  # WCAG 2.2, 1.4.3: text against what is behind it
LOGO_WIDTH, LOGO_HEIGHT = 200, 48  # CSS px a logo is shown in, at most
BADGE_WIDTH, BADGE_HEIGHT = 72, 18  # the same beside a source's name

_COLOUR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_STEPS = 1000


class BadColour(NewsletterError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text[:40]!r} is not a colour. Write it as six hexadecimal digits, "
            "such as '#005ea2'."
        )


def read_colour(text: str) -> str:
    """``#rrggbb`` in lower case; ``005EA2`` and ``#06a`` are understood too."""
    found = _COLOUR.fullmatch(text.strip())
    if not found:
        raise BadColour(text)
    digits = found[1].lower()
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return f"#{digits}"


def contrast(a: str, b: str) -> float:
    """The WCAG contrast of two colours: 1 (equal) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


# Every mail of an issue asks for the same few; trying shades took longer than its text.
@lru_cache(maxsize=1000)
def passing_shade(colour: str, background: str, ratio: float = READABLE) -> str:
    """The colour itself when it passes, else the nearest lightness of it that does.

    Black or white, whichever is clearer, when no shade can reach ``ratio``.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    if contrast(colour, background) >= ratio:
        return colour
    for step in range(1, _STEPS + 1):
        for towards in (-step, step):
            shade_lightness = lightness + towards / _STEPS
            if 0 <= shade_lightness <= 1:
                shade = _hex(colorsys.hls_to_rgb(hue, shade_lightness, saturation))
                if contrast(shade, background) >= ratio:
                    return shade
    return max("#000000", "#ffffff", key=lambda end: contrast(end, background))


def brand_of(partner: Partner, base_url: str) -> Brand:
    """How a partner looks in mail and on pages."""

    def shown(name: str, width: int, height: int) -> Picture:
        fit = _within(width, height, LOGO_WIDTH, LOGO_HEIGHT)
        return Picture(media.url_of(base_url, name), partner.name, *fit)

    dark = _dark_logo(partner)
    return Brand(
        name=partner.name,
        colour=passing_shade(partner.colour, LIGHT_CARD),
        colour_dark=passing_shade(partner.colour, DARK_CARD),
        logo=shown(partner.logo, partner.logo_width, partner.logo_height),
        logo_dark=shown(*dark) if dark else None,
    )


def source_of(partner: Partner, base_url: str) -> Source:
    """Whose piece it is, for the source badge in mail, archive, desk and feeds."""

    def shown(name: str, width: int, height: int) -> Picture | None:
        # A long strip of a logo leaves no room for the name beside it.
        if width * BADGE_HEIGHT > height * BADGE_WIDTH:
            return None
        fit = _within(width, height, BADGE_WIDTH, BADGE_HEIGHT)
        return Picture(media.url_of(base_url, name), "", *fit)

    brand = brand_of(partner, base_url)
    logo = shown(partner.logo, partner.logo_width, partner.logo_height)
    dark = _dark_logo(partner)
    return Source(
        name=partner.name,
        colour=brand.colour,
        colour_dark=brand.colour_dark,
        logo=logo,
        logo_dark=shown(*dark) if logo and dark else None,
    )


def _dark_logo(partner: Partner) -> tuple[str, int, int] | None:
    name = partner.logo_dark
    width, height = partner.logo_dark_width, partner.logo_dark_height
    return (name, width, height) if name and width and height else None


def _within(width: int, height: int, most_wide: int, most_high: int) -> tuple[int, int]:
    """In a box of this size, never larger than it is."""
    scale = min(1.0, most_wide / width, most_high / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(read_colour(colour)[1:])
    return red / 255, green / 255, blue / 255


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in channels)
