"""Why a bundle is not made; each sentence says what to do."""

from datetime import date

from newsletter.dispatch.errors import MailingError


class BundleError(MailingError):
    """The family."""


class BadMonth(BundleError):
    """What was typed names no list's month."""


class NoBundle(BundleError):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"There is no bundle {number}. A worker makes it when its month is over "
            f"and somebody waits for it; `buurtpost mailings start {number}` does now."
        )


class NotYetBegun(BundleError):
    def __init__(self, number: str, begins: date) -> None:
        super().__init__(
            f"The month of bundle {number} has not begun: it can be made from {begins}."
        )


class NothingToBundle(BundleError):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"Nobody waits for bundle {number}: no issue of its month was kept back "
            "for anybody who gets mail once a month."
        )


class BundleFailed(BundleError):
    """The readers kept changing while it was being written down."""
