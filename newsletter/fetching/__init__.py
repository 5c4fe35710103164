"""The one way this project fetches from elsewhere: with limits, and never from within.

An address that editors or feeds give us could point at our own network; see
``addresses`` for what is refused and ``client`` for the limits.
"""

from newsletter.fetching.client import (
    Fetch,
    Fetcher,
    FetchError,
    Limits,
    NoAnswer,
    NotAllowed,
    Page,
    Private,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    open_fetcher,
)

__all__ = [
    "Fetch",
    "FetchError",
    "Fetcher",
    "Limits",
    "NoAnswer",
    "NotAllowed",
    "Page",
    "Private",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
    "open_fetcher",
]
