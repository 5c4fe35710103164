"""What only a browser knows: width, contrast, the size of what one taps."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from newsletter.rendering.merge import MergeTemplate, in_html
from newsletter.rendering.service_mail import render_service
from newsletter.rendering.variant import render_variant
from tests.newsletter.rendering.samples import (
    BASE,
    EVERY_BLOCK,
    FROM_LPB,
    LPB,
    READER,
    frame,
    story,
)
from tests.newsletter.rendering.test_service_mail import GIVEN

LONG = "Arbeidsongeschiktheidsverzekeringsmaatschappijenvereniging" * 2

# The contrast of every piece of text with what lies behind it, as WCAG 2.2 counts.
_CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const ground = channels(getComputedStyle(e).backgroundColor);
      if (ground.length < 4 || ground[3] > 0) return ground;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.offsetParent) continue;
    if (element.getClientRects()[0]?.height < 6) continue;
    const ink = channels(getComputedStyle(element).color);
    const pair = [ink, behind(element)].map(light);
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) poor.push([walker.currentNode.data.trim(), ratio]);
  }
  return poor;
}"""


def shown(chromium: Browser, html: str, **context: Any) -> tuple[Page, list[str]]:
    """The page with ``html``, and every address it asked for (none is answered)."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page = chromium.new_context(**context).new_page()
    page.route("**/*", refuse)
    page.set_content(html)
    return page, asked


NAMES = ("edition", "awkward", "web", "service")


@pytest.fixture(scope="module")
def mails() -> dict[str, str]:
    wide = replace(LPB, name=LONG, logo=None)
    awkward = [
        story(title=LONG, teaser=LONG, place=LONG, source=FROM_LPB),
        *EVERY_BLOCK[4:7],
    ]
    variants = {
        "edition": render_variant(frame(partner=LPB), EVERY_BLOCK),
        "awkward": render_variant(frame(partner=wide, subject=LONG), awkward),
    }
    pages = {
        name: MergeTemplate.cut(variant.html, escape=in_html).fill(READER)
        for name, variant in variants.items()
    }
    pages["web"] = variants["edition"].web
    pages["service"] = render_service("confirmation", "nl", GIVEN).html
    assert tuple(pages) == NAMES
    return pages


@pytest.mark.parametrize("width", [320, 360, 640])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_screen(
    chromium: Browser, mails: dict[str, str], name: str, width: int
) -> None:
    page, _ = shown(chromium, mails[name], viewport={"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_all_text_stands_out_in_light_and_dark(
    chromium: Browser, mails: dict[str, str], name: str, scheme: str
) -> None:
    page, _ = shown(chromium, mails[name], color_scheme=scheme)

    assert page.evaluate(_CONTRAST) == []


def test_only_our_own_pictures_are_asked_for(
    chromium: Browser, mails: dict[str, str]
) -> None:
    _, asked = shown(chromium, mails["edition"])

    assert {address.rsplit("/", 1)[0] for address in asked} == {f"{BASE}/media"}


@pytest.mark.parametrize("name", ["edition", "service"])
def test_a_button_is_large_enough_for_a_thumb(
    chromium: Browser, mails: dict[str, str], name: str
) -> None:
    page, _ = shown(chromium, mails[name], viewport={"width": 360, "height": 800})

    buttons = page.locator(".btn a, .act a").all()
    footer = page.locator(".foot a").all()
    assert buttons
    for target in [*buttons, *footer]:
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 43.5


@pytest.mark.parametrize(
    ("scheme", "seen"), [("light", "lpb.png"), ("dark", "lpb-dark.png")]
)
def test_of_two_logos_only_the_one_for_the_screen_is_seen(
    chromium: Browser, scheme: str, seen: str
) -> None:
    source = replace(FROM_LPB, logo=LPB.logo, logo_dark=LPB.logo_dark)
    mail = render_variant(frame(partner=LPB), [story(source=source), *EVERY_BLOCK[6:7]])
    page, _ = shown(chromium, mail.web, color_scheme=scheme)

    logos = [image for image in page.locator("img").all() if image.is_visible()]
    assert [
        (image.get_attribute("src") or "").rpartition("/")[2] for image in logos
    ] == [seen] * 3


@pytest.mark.parametrize(
    ("scheme", "ground"),
    [("light", "rgba(0, 0, 0, 0)"), ("dark", "rgb(255, 255, 255)")],
)
def test_a_logo_without_a_dark_one_stands_on_white_by_night(
    chromium: Browser, scheme: str, ground: str
) -> None:
    brand = replace(LPB, logo_dark=None)
    source = replace(FROM_LPB, logo=LPB.logo)
    mail = render_variant(frame(partner=brand), [story(source=source)])
    page, _ = shown(chromium, mail.web, color_scheme=scheme)

    behind = page.evaluate(
        "[...document.images].map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert behind == [ground, ground]
