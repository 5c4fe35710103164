"""Whether the provider's own settings are whole, before anybody waits for a mail."""

from collections.abc import Iterator

from newsletter.errors import NewsletterError
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.providers import open_provider

WRONG: Words = {
    "nl": "Er kan geen mail uit met {provider}: {problem}",
    "en": "No mail can go out by {provider}: {problem}",
}


def check_provider(looking: Looking) -> Iterator[Finding]:
    try:
        open_provider(looking.settings).close()
    except NewsletterError as error:
        yield looking.finding(
            "provider",
            Level.BLOCKING,
            WRONG,
            provider=looking.settings.provider,
            problem=error,
        )
