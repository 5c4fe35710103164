"""What a browser finds in a mail: width, outside requests, what shuts people out."""

import io
from collections.abc import Iterator

from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.mail_quality.mails import Mail

# Of a whole page; a mail is a part of the page its reader reads it in.
_OF_A_PAGE = ("landmark-one-main", "region")
_RUN = """async (off) => {
  const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
  const { violations } = await axe.run(
    document, { rules, resultTypes: ['violations'] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) =>
    `${id}: ${node.html.slice(0, 200)} ${node.failureSummary.replace(/\\s+/g, ' ')}`));
}"""


class MailReader:
    """One tab that shows mail after mail."""

    def __init__(self, browser: Browser, axe: str, *, own: str) -> None:
        self._own = f"{own}/media/"
        self._asked: list[str] = []
        context = browser.new_context(viewport={"width": 640, "height": 900})
        context.add_init_script(axe)
        self._page: Page = context.new_page()
        self._page.goto("about:blank")
        self._page.route("**/*", self._answer)
        out = io.BytesIO()
        Image.new("RGB", (600, 300), "#0b5c85").save(out, "PNG")
        self._picture = out.getvalue()

    def faults(self, mail: Mail) -> Iterator[str]:
        """A sentence for everything that is wrong with a mail as it is shown."""
        self._asked.clear()
        page = self._page
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 900})
        page.set_content(mail.html)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            yield f"{mail.name}: {wide} px wide on a screen of 320."
        page.set_viewport_size({"width": 640, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for violation in page.evaluate(_RUN, [*_OF_A_PAGE]):
                yield f"{mail.name}, {scheme}: {violation}"
        for address in self._asked:
            if not address.startswith(self._own):
                yield f"{mail.name}: asks {address} for something."

    def _answer(self, route: Route) -> None:
        address = route.request.url
        self._asked.append(address)
        if address.startswith(self._own) and route.request.resource_type == "image":
            route.fulfill(body=self._picture, content_type="image/png")
        else:
            route.abort()
