"""What may be done with a piece: the terms of whose it is.

A partner's terms count for all its pieces; a piece may have terms of its own, which
then stand instead. Ours are free unless an editor says otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from newsletter.errors import NewsletterError
from subscribers import typed


class Text(StrEnum):
    """How much of a piece may be shown on our pages and in our feeds."""

    FULL = "full"
    TEASER = "teaser"  # title and summary; the rest is read at the source


class BadTerms(NewsletterError):
    """The sentence says which term, and what it may be."""


@dataclass(frozen=True)
class Terms:
    text: Text = Text.FULL
    headline_may_change: bool = True
    until: date | None = None  # the last day it may be shown; None: no end
    not_for: frozenset[str] = frozenset()  # slugs of partners who may not have it
    pass_on: bool = False  # may stand in the feeds our partners get

    def is_over(self, day: date) -> bool:
        return self.until is not None and day > self.until

    def spelled_out(self) -> dict[str, Any]:
        """Every term, as a document."""
        return {
            "text": self.text.value,
            "headline_may_change": self.headline_may_change,
            "until": self.until.isoformat() if self.until else None,
            "not_for": sorted(self.not_for),
            "pass_on": self.pass_on,
        }

    def to_document(self) -> dict[str, Any]:
        """As it is kept: only what is not ordinary."""
        ordinary = Terms().spelled_out()
        return {
            key: value
            for key, value in self.spelled_out().items()
            if ordinary[key] != value
        }


FREE = Terms(pass_on=True)  # ours


def read_terms(document: Mapping[str, Any] | None) -> Terms:
    """What was kept; unknown keys of a later version are left alone."""
    told = document or {}
    return Terms(
        text=Text(told.get("text", Text.FULL)),
        headline_may_change=bool(told.get("headline_may_change", True)),
        until=date.fromisoformat(told["until"]) if told.get("until") else None,
        not_for=frozenset(told.get("not_for", ())),
        pass_on=bool(told.get("pass_on", False)),
    )


def change(
    terms: Terms,
    *,
    text: str | None = None,
    headline_may_change: bool | None = None,
    until: str | None = None,
    not_for: Iterable[str] | None = None,
    pass_on: bool | None = None,
    known: Iterable[str],
) -> Terms:
    """Terms with what is given changed; None leaves a term, "" takes a day away.

    ``known`` are the partners there are. Raises BadTerms.
    """
    if text is not None:
        if text not in list(Text):
            raise BadTerms(
                f"{typed.shown(text)} is not how much may be shown. "
                f"Use: {', '.join(Text)}."
            )
        terms = replace(terms, text=Text(text))
    if headline_may_change is not None:
        terms = replace(terms, headline_may_change=headline_may_change)
    if until is not None:
        terms = replace(terms, until=_day(until.strip()))
    if not_for is not None:
        wanted = frozenset(not_for)
        if unknown := sorted(wanted - set(known)):
            raise BadTerms(
                f"There is no partner {typed.shown(unknown[0])}. "
                f"Known are: {', '.join(sorted(known)) or 'none'}."
            )
        terms = replace(terms, not_for=wanted)
    if pass_on is not None:
        terms = replace(terms, pass_on=pass_on)
    return terms


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadTerms(
            f"{typed.shown(text)} is not a day. Write it as 2027-01-31."
        ) from None
