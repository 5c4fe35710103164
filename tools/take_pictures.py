"""Follow docs/editors.md in a browser from issue 42 to issue 43, a picture a step.

``make pictures`` runs this on the demo, made anew: what the manual says is done as it
says it, and a step that cannot be done stops here. The pictures go to docs/pictures.
"""

import io
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
BUURTPOST = Path(sys.executable).with_name("buurtpost")
EDITOR = "redactie@buurtwijs.example"
WIDE: ViewportSize = {"width": 1280, "height": 860}
COLOURS = 256  # a page has few; the manual is read over slow lines too

FOREWORD = (
    "Beste {naam},\n\n"
    "deze maand drie verhalen over een deur. Een die klemde, een die vaker open "
    "mocht, en een straat waar iedereen naar buiten kwam."
)
STORIES = (
    "De klusbus rijdt ook op zondag",
    "De sleutel van het buurthuis",
    "De straat die even stil werd",
)
WHY = "Ook hier kwam eerst het luisteren, en toen pas de tekening."


def main() -> None:
    with served() as home, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            chromium_sandbox=False,
            args=["--disable-background-networking", "--no-first-run"],
        )
        page = chromium.new_page(viewport=WIDE, locale="nl-NL")
        page.set_default_timeout(10_000)
        page.goto(way_in(home))
        page.get_by_role("button", name="Kom binnen").click()
        page.get_by_role("heading", name="Vandaag").wait_for()
        began = time.monotonic()
        the_next_issue(page)
        subject_and_foreword(page)
        stories(page)
        knowledge(page)
        check(page)
        approve(page)
        the_last_page(page)
        print(
            f"From the last issue to the last button: {time.monotonic() - began:.0f} s"
        )
        the_mail(page, home)
        chromium.close()


def the_next_issue(page: Page) -> None:
    page.get_by_role("link", name="Nummers").click()
    page.get_by_role("heading", name="Nummers").wait_for()
    take(page, "next", high=330)
    page.get_by_role("button", name="Maak het volgende hiervan nummer 42").click()
    page.get_by_role("heading", name="Nummer 43").wait_for()


def subject_and_foreword(page: Page) -> None:
    page.get_by_role("link", name="Wijzig onderwerp").click()
    page.get_by_label("Onderwerp", exact=True).fill("Drie deuren")
    page.get_by_label("De regel achter het onderwerp").fill(
        "Een klusbus, een sleutel en een stille straat. En wat we daar al over wisten."
    )
    page.get_by_role("button", name="Bewaar").click()
    page.get_by_role("heading", name="Drie deuren").wait_for()
    page.get_by_role("link", name="Wijzig Voorwoord").click()
    page.get_by_role("textbox", name="Tekst").fill(FOREWORD)
    page.get_by_role("button", name="Bewaar het blok").click()


def stories(page: Page) -> None:
    for title in STORIES:
        page.get_by_role("button", name=f"Plaats {title}").click()
        page.locator("article.block", has_text=title).first.wait_for()
        page.goto(page.url.partition("?")[0].partition("#")[0])
        if title == STORIES[0]:
            take(page, "compose")  # while the library still has something to offer


def knowledge(page: Page) -> None:
    """Link what a suggestion offers, and show it in the issue."""
    page.get_by_role("link", name=f"Kennis erbij Verhaal, kort {STORIES[2]}").click()
    section = page.get_by_role("region", name="Kennis bij dit verhaal")
    section.get_by_role("heading", name="Suggesties").wait_for()
    section.evaluate("section => section.scrollIntoView()")
    take(page, "suggestions")
    section.get_by_role("link", name="Koppel dit").first.click()
    page.get_by_label("Hoe horen ze bij elkaar?").select_option("supports")
    page.get_by_label("Waarom, in één zin").fill(WHY)
    page.get_by_role("button", name="Koppel", exact=True).click()
    page.get_by_role("link", name="Terug naar nummer 43").click()
    page.get_by_text(WHY).first.wait_for()


def check(page: Page) -> None:
    page.get_by_role("link", name="Verder naar controleren").click()
    page.get_by_role("heading", name="Nummer 43 controleren").wait_for()
    take(page, "check")


def approve(page: Page) -> None:
    page.get_by_role("link", name="3 Akkoord").click()
    page.get_by_role("heading", name="Vraag iemand om mee te kijken").wait_for()
    take(page, "approve")
    page.get_by_role("button", name="Ik geef akkoord op deze versies").click()
    page.get_by_text("Je akkoord is genoteerd.").wait_for()


def the_last_page(page: Page) -> None:
    page.get_by_role("link", name="Verder naar versturen").click()
    take(page, "send")


def the_mail(page: Page, home: str) -> None:
    """Issue 42 as it was mailed: one reader's, and a partner's reader's at night."""
    sides = []
    for scheme, version in (("light", "base"), ("dark", "lpb")):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": 600, "height": 940})
        page.goto(f"{home}/issues/42/{version}")
        sides.append(Image.open(io.BytesIO(page.screenshot())))
    whole = Image.new("RGB", (1200, 940))
    for place, side in enumerate(sides):
        whole.paste(side, (600 * place, 0))
    keep(whole, "mail")


def take(page: Page, name: str, *, high: int = WIDE["height"]) -> None:
    page.wait_for_load_state("networkidle")
    taken = page.screenshot(
        clip={"x": 0, "y": 0, "width": WIDE["width"], "height": high}
    )
    keep(Image.open(io.BytesIO(taken)), name)


def keep(picture: Image.Image, name: str) -> None:
    few = picture.convert("RGB").quantize(COLOURS)
    few.save(PICTURES / f"{name}.png", optimize=True)
    print(f"docs/pictures/{name}.png")


@contextmanager
def served() -> Iterator[str]:
    """The demo, made anew and served on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = f"http://127.0.0.1:{port}"
    os.environ["BUURTPOST_BASE_URL"] = home
    # It makes its home below the usual one.
    above = str(Path(os.environ["BUURTPOST_HOME"]).parent)
    subprocess.run(  # noqa: S603
        [BUURTPOST, "demo"],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "BUURTPOST_HOME": above},
    )
    command = [BUURTPOST, "serve", "--no-worker", "--port", str(port)]
    with subprocess.Popen(command) as server:  # noqa: S603
        try:
            wait_for(f"{home}/health")
            yield home
        finally:
            server.terminate()


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address)  # noqa: S310 our own
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    sys.exit(f"{address} does not answer.")


def way_in(home: str) -> str:
    """A fresh sign-in link."""
    said = subprocess.run(  # noqa: S603
        [BUURTPOST, "staff", "add", EDITOR, "--role", "chief"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return next(word for word in said.split() if word.startswith(home))


if __name__ == "__main__":
    main()
