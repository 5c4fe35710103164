"""The receipt (*kassabon*): every number is a query over the ledger.

candidates = sum(excluded) + prepared, and prepared = the sum of the present states,
at every moment: each row has either an exclusion or exactly one state.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.candidates import candidates_of
from newsletter.dispatch.errors import NoMailing
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.plan import planned_variants
from newsletter.dispatch.states import DeliveryState, Exclusion
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from newsletter.reasons import read_reason
from newsletter.settings import Settings

# The receipt's word for each state, in its order: what waits is the ledger's *queued*.
STATES: Mapping[DeliveryState, str] = {
    DeliveryState.QUEUED: "waiting",
    **{state: state.value for state in DeliveryState if state != DeliveryState.QUEUED},
}
_Row = tuple[str, Exclusion | str | None, DeliveryState | None, int]


def receipt(session: Session, issue: Issue) -> dict[str, Any]:
    """The contract's shape. Raises NoMailing when the issue was never started."""
    mailing = find_mailing(session, issue)
    rows = session.execute(
        select(Delivery.edition, Delivery.exclusion, Delivery.state, func.count())
        .where(Delivery.mailing_id == mailing.id)
        .group_by(Delivery.edition, Delivery.exclusion, Delivery.state)
    )
    document = _document(issue, mailing.state, [(e, x, s, n) for e, x, s, n in rows])
    why = read_reason(mailing.reason)
    if why is not None:
        document["reason"] = str(why)
    if mailing.consent_head is not None:
        document["consent_head"] = mailing.consent_head.hex()
    return document


def planned(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> dict[str, Any]:
    """The same shape for an issue that would be frozen now. Writes nothing."""
    today = now.astimezone(settings.timezone).date()
    rows = candidates_of(session, issue, today=today, zone=settings.timezone).rows
    counted = session.execute(
        select(rows.c.edition, rows.c.exclusion, func.count()).group_by(
            rows.c.edition, rows.c.exclusion
        )
    )
    document = _document(
        issue,
        "planned",
        [
            (edition, why, None if why else DeliveryState.QUEUED, count)
            for edition, why, count in counted
        ],
    )
    document["variants"] = [
        {
            "key": variant.key,
            "edition": variant.edition,
            "readers": variant.readers,
            "blocks": list(variant.blocks),
        }
        for variant in planned_variants(session, settings, issue, now=now)
    ]
    return document


def find_mailing(session: Session, issue: Issue) -> Mailing:
    """Raises NoMailing."""
    mailing = session.scalar(select(Mailing).where(Mailing.issue_id == issue.id))
    if mailing is None:
        raise NoMailing(issue.number)
    return mailing


def _document(issue: Issue, state: str, rows: list[_Row]) -> dict[str, Any]:
    editions = [edition.key for edition in Composition.of(issue).all_editions]
    editions += sorted({row[0] for row in rows} - set(editions))
    return {
        "issue": issue.number,
        "state": str(state),
        **_sums(rows),
        "editions": {
            edition: _sums(row for row in rows if row[0] == edition)
            for edition in editions
        },
    }


def _sums(rows: Iterable[_Row]) -> dict[str, Any]:
    excluded = {exclusion.value: 0 for exclusion in Exclusion}
    states = dict.fromkeys(STATES.values(), 0)
    for _edition, exclusion, state, count in rows:
        if exclusion is not None:
            excluded[str(exclusion)] += count
        elif state is not None:
            states[STATES[state]] += count
    return {
        "candidates": sum(excluded.values()) + sum(states.values()),
        "excluded": excluded,
        "prepared": sum(states.values()),
        **states,
    }
