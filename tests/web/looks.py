"""The ways a page is looked at, and what is wrong with it in any of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page

_DESKTOP, _PHONE = (1280, 800), (360, 700)
# Without preloading: to look into an @import axe adds a style, which we refuse.
_RUN = "async (more) => (await axe.run({ preload: false, ...more })).violations"


@dataclass(frozen=True)
class Look:
    """How large the window is, and whether it is night."""

    name: str
    size: tuple[int, int]
    scheme: Literal["light", "dark"]


PHONE_AT_NIGHT = Look("on a phone at night", _PHONE, "dark")
# What a test does after looking it does on the last one.
LOOKS = (
    Look("at night", _DESKTOP, "dark"),
    Look("on a desktop", _DESKTOP, "light"),
    Look("on a phone", _PHONE, "light"),
)


def looked_at(browser: Browser, axe: str) -> BrowserContext:
    """A window whose pages axe can judge, small as on a phone."""
    width, height = _PHONE
    context = browser.new_context(
        locale="nl-NL",
        viewport={"width": width, "height": height},
        # Colours that change slowly would be judged halfway.
        reduced_motion="reduce",
    )
    # As an init script, since no page of ours lets a script in.
    context.add_init_script(axe)
    return context


def assert_well_made(
    page: Page, name: str = "", looks: tuple[Look, ...] = LOOKS, **more: object
) -> None:
    """No barrier that axe knows of (``more`` goes to it), and nothing wider than the
    screen. Only its styles know how it is looked at, so it is loaded once."""
    faults = [
        f"{look.name}: {fault}" for look in looks for fault in _faults(page, look, more)
    ]
    assert faults == [], name or page.url


def _faults(page: Page, look: Look, more: dict[str, object]) -> Iterator[str]:
    width, height = look.size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=look.scheme)
    found: list[dict[str, Any]] = page.evaluate(_RUN, more)
    for one in found:
        where = [node["html"] for node in one["nodes"]]
        yield f"{one['id']}: {one['help']}: {where}"
    shown = page.evaluate("document.documentElement.scrollWidth")
    if shown > width:
        yield f"{shown} px wide"
