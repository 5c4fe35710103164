"""The receipt as lines that add up, as on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from newsletter.dispatch import leaving_reasons
from newsletter.dispatch.receipt import STATES
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from newsletter.issues.variants import edition_name
from newsletter.partners.partners import all_partners
from web.editors.called import Called
from web.editors.words import delivery_state, exclusion, why_left
from web.language import gettext as _


@dataclass(frozen=True)
class Line:
    words: str
    count: int


@dataclass(frozen=True)
class Sums:
    """candidates = sum(excluded) + prepared; prepared = sum(outcomes)."""

    name: str
    candidates: int
    excluded: tuple[Line, ...]  # what is nothing is left out
    prepared: int
    outcomes: tuple[Line, ...]


@dataclass(frozen=True)
class CorrectionSums:
    number: int
    title: str
    state: str
    sums: Sums


@dataclass(frozen=True)
class ReceiptView:
    state: str
    whole: Sums
    editions: tuple[Sums, ...]  # empty when there is only the issue itself
    refused: int
    consent_head: str
    corrections: tuple[CorrectionSums, ...]
    left: tuple[Line, ...]  # why readers of this list leave, from ten answers on


def receipt_view(
    session: Session, issue: Issue, called: Called, document: Mapping[str, Any]
) -> ReceiptView:
    names = {
        edition.key: edition_name(session, edition)
        for edition in Composition.of(issue).all_editions
    }
    # A bundle has editions of several issues, and only those of partners.
    names |= {partner.slug: partner.name for partner in all_partners(session)}
    itself = _("The issue itself") if called.is_issue else called.name
    editions = [
        _sums(names.get(key) or itself, sums)
        for key, sums in document["editions"].items()
    ]
    return ReceiptView(
        state=document["state"],
        whole=_sums(_("Everybody"), document),
        editions=tuple(editions) if len(editions) > 1 else (),
        refused=document["refused"],
        consent_head=document.get("consent_head", ""),
        corrections=tuple(
            CorrectionSums(
                number=one["correction"],
                title=one["title"],
                state=one["state"],
                sums=_sums(_("Correction: %(title)s") % {"title": one["title"]}, one),
            )
            for one in document.get("corrections", ())
        ),
        left=tuple(
            Line(why_left(reason), count)
            for reason, count in leaving_reasons.tally(session, issue.list_id).items()
        ),
    )


def _sums(name: str, sums: Mapping[str, Any]) -> Sums:
    return Sums(
        name=name,
        candidates=sums["candidates"],
        excluded=tuple(
            Line(exclusion(reason), count)
            for reason, count in sums["excluded"].items()
            if count
        ),
        prepared=sums["prepared"],
        outcomes=tuple(
            Line(delivery_state(state), sums[state])
            for state in STATES.values()
            if sums[state]
        ),
    )
