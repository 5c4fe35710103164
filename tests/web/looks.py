"""The three ways a page is looked at, and what is wrong with it in any of them."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 700}
# What a test does after looking it does on the last one.
_LOOKS: dict[str, dict[str, Any]] = {
    "at night": {"size": DESKTOP, "scheme": "dark"},
    "on a desktop": {"size": DESKTOP, "scheme": "light"},
    "on a phone": {"size": PHONE, "scheme": "light"},
}
# Without preloading: to look into an @import axe adds a style, which we refuse.
_RUN = "async (more) => (await axe.run({ preload: false, ...more })).violations"


def looked_at(browser: Browser, axe: str) -> BrowserContext:
    """A window whose pages axe can judge, small as on a phone."""
    context = browser.new_context(
        locale="nl-NL",
        viewport=PHONE,  # type: ignore[arg-type]
        # Colours that change slowly are judged halfway.
        reduced_motion="reduce",
    )
    # As an init script, since no page of ours lets a script in.
    context.add_init_script(axe)
    return context


def assert_well_made(page: Page, name: str = "", **more: object) -> None:
    """No barrier that axe knows of (``more`` goes to it), and nothing wider than the
    screen: by day, by night and on a phone. Only its styles know which, so the page is
    loaded once."""
    faults = [
        f"{look}: {fault}"
        for look, shown in _LOOKS.items()
        for fault in _faults(page, shown, more)
    ]
    assert faults == [], name or page.url


def _faults(
    page: Page, shown: dict[str, Any], more: dict[str, object]
) -> Iterator[str]:
    page.set_viewport_size(shown["size"])
    page.emulate_media(color_scheme=shown["scheme"])
    for found in page.evaluate(_RUN, more):
        where = [node["html"] for node in found["nodes"]]
        yield f"{found['id']}: {found['help']}: {where}"
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > shown["size"]["width"]:
        yield f"{wide} px wide"
