"""What can be wrong with an act on a feed or on a piece that came in."""

from newsletter.errors import NewsletterError
from subscribers.typed import shown


class ExchangeError(NewsletterError):
    """The family."""


class BadFeed(ExchangeError):
    """The sentence says what an address must be."""


class FeedExists(ExchangeError):
    def __init__(self, url: str, partner: str) -> None:
        super().__init__(f"{url} is a feed of {partner} already. Nothing was added.")


class UnknownFeed(ExchangeError):
    def __init__(self, url: str) -> None:
        super().__init__(
            f"There is no feed {shown(url)}. "
            "`buurtpost feeds list` shows what there is."
        )


class NotFromAFeed(ExchangeError):
    def __init__(self, slug: str) -> None:
        super().__init__(f"{slug!r} did not come in by a feed: it has one layer only.")


class NothingChanged(ExchangeError):
    def __init__(self, slug: str) -> None:
        super().__init__(
            f"The source of {slug!r} did not change since it was last looked at. "
            "There is nothing to decide."
        )
