"""Links to ourselves: to a page that will be there when the mail arrives."""

from collections.abc import Iterator

from newsletter.elsewhere.looking import is_own
from newsletter.preflight.checks.links import addresses_in
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.preflight.own import will_exist

NO_SUCH_PAGE: Words = {
    "nl": "{url} is een link naar onszelf, maar die pagina komt er niet. "
    "Verander de link.",
    "en": "{url} is a link to ourselves, but there will be no such page. "
    "Change the link.",
}


def check_own_pages(looking: Looking) -> Iterator[Finding]:
    known: dict[str, bool] = {}
    for version in looking.versions:
        for url in addresses_in(version):
            if not is_own(looking.settings, url):
                continue
            if url not in known:
                known[url] = will_exist(looking, url)
            if not known[url]:
                yield looking.finding(
                    "own-page",
                    Level.BLOCKING,
                    NO_SUCH_PAGE,
                    variant=version.planned.key,
                    block=version.block_with(url),
                    url=url,
                )
