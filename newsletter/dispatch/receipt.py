"""The receipt (*kassabon*): every number is a query over the ledger.

candidates = sum(excluded) + prepared, and prepared = the sum of the present states,
at every moment: each row has either an exclusion or exactly one state.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.bundles.contents import versions_of
from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.bundles.months import read_number
from newsletter.dispatch.bundles.send import look
from newsletter.dispatch.candidates import candidates_of
from newsletter.dispatch.corrections.known import corrections_of
from newsletter.dispatch.errors import NoMailing
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.naming import Mailed, number_of
from newsletter.dispatch.plan import planned_variants
from newsletter.dispatch.standstill import why_it_stands
from newsletter.dispatch.states import DeliveryState, Exclusion, MailingKind
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.foreseen import foresee
from newsletter.issues.models import Issue
from newsletter.reasons import read_reason
from newsletter.settings import Settings

# The receipt's word for each state, in its order: what waits is the ledger's *queued*.
STATES: Mapping[DeliveryState, str] = {
    DeliveryState.QUEUED: "waiting",
    **{state: state.value for state in DeliveryState if state != DeliveryState.QUEUED},
}
_Row = tuple[str, Exclusion | str | None, DeliveryState | None, int]


def receipt(
    session: Session, which: Issue | Bundle, *, now: datetime | None = None
) -> dict[str, Any]:
    """The contract's shape. Raises NoMailing when the issue was never started.

    The sums of its corrections stand beside its own, as ``corrections``; of a bundle
    ``issue`` is the month. With ``now`` it also says why a mailing that is being sent
    waits.
    """
    document = _receipt_of(session, find_mailing(session, which), now=now)
    if isinstance(which, Bundle):
        return document
    document["corrections"] = [
        {
            "correction": correction.number,
            "item": correction.item,
            "title": correction.title,
            **_receipt_of(session, correction.mailing, now=now),
        }
        for correction in corrections_of(session, which)
    ]
    return document


def _receipt_of(
    session: Session, mailing: Mailing, *, now: datetime | None
) -> dict[str, Any]:
    rows = session.execute(
        select(Delivery.edition, Delivery.exclusion, Delivery.state, func.count())
        .where(Delivery.mailing_id == mailing.id)
        .group_by(Delivery.edition, Delivery.exclusion, Delivery.state)
    )
    document = _document(
        number_of(mailing),
        _editions(mailing),
        mailing.state,
        [(e, x, s, n) for e, x, s, n in rows],
    )
    why = (
        read_reason(mailing.reason)
        if now is None
        else why_it_stands(session, mailing, now=now)
    )
    if why is not None:
        document["reason"] = str(why)
        document["reason_code"] = why.code.value
        if why.until is not None:
            document["until"] = why.until.isoformat()
    if mailing.consent_head is not None:
        document["consent_head"] = mailing.consent_head.hex()
    return document


def planned(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> dict[str, Any]:
    """The same shape for an issue that would be frozen now. Writes nothing."""
    today = now.astimezone(settings.timezone).date()
    foreseen = foresee(session, issue, today=today, zone=settings.timezone)
    rows = candidates_of(issue, foreseen).rows
    counted = session.execute(
        select(rows.c.edition, rows.c.exclusion, func.count()).group_by(
            rows.c.edition, rows.c.exclusion
        )
    )
    document = _document(
        issue.number,
        [edition.key for edition in Composition.of(issue).all_editions],
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


def why_refused(
    session: Session, mailing: Mailing, *, most: int = 3
) -> list[tuple[str, int]]:
    """What was said most often to whom was refused, and how often."""
    times = func.count()
    rows = session.execute(
        select(Delivery.detail, times)
        .where(
            Delivery.mailing_id == mailing.id, Delivery.state == DeliveryState.REFUSED
        )
        .group_by(Delivery.detail)
        .order_by(times.desc(), Delivery.detail)
        .limit(most)
    )
    return [(detail, count) for detail, count in rows]


def planned_bundle(
    session: Session, settings: Settings, number: str, *, now: datetime
) -> dict[str, Any]:
    """The same of a bundle that would be made now. Raises as ``make_bundle`` does."""
    mailing_list, month = read_number(session, number)
    waiting, contents = look(session, settings, mailing_list.id, month, now=now)
    rows = contents.rows
    counted = session.execute(
        select(rows.c.edition, rows.c.exclusion, func.count()).group_by(
            rows.c.edition, rows.c.exclusion
        )
    )
    document = _document(
        number,
        [BASE_KEY],
        "planned",
        [
            (edition, why, None if why else DeliveryState.QUEUED, count)
            for edition, why, count in counted
        ],
    )
    document["variants"] = [
        {
            "key": variant.key,
            "edition": variant.content.edition,
            "readers": variant.readers,
            "blocks": variant.content.blocks,
        }
        for variant in versions_of(waiting, contents, zone=settings.timezone)
    ]
    return document


def find_mailing(session: Session, which: Mailed) -> Mailing:
    """The mailing of whatever was sent. Raises NoMailing for an issue that was not."""
    if not isinstance(which, Issue):
        return which.mailing
    mailing = session.scalar(
        select(Mailing).where(
            Mailing.issue_id == which.id, Mailing.kind == MailingKind.ISSUE
        )
    )
    if mailing is None:
        raise NoMailing(which.number)
    return mailing


def _editions(mailing: Mailing) -> list[str]:
    """Those that stand on a receipt also when nobody is in them."""
    if mailing.kind is MailingKind.BUNDLE:
        return [BASE_KEY]
    return [edition.key for edition in Composition.of(mailing.issue).all_editions]


def _document(
    number: int | str, editions: list[str], state: str, rows: list[_Row]
) -> dict[str, Any]:
    editions = editions + sorted({row[0] for row in rows} - set(editions))
    return {
        "issue": number,
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
