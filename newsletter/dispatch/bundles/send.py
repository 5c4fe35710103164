"""The act: a month's issues become one mail for who wants one a month."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, null
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from database.session import Database, one_view
from newsletter.dispatch.bundles.contents import (
    Content,
    Contents,
    contents_of,
    versions_of,
)
from newsletter.dispatch.bundles.errors import (
    BundleFailed,
    NothingToBundle,
    NotYetBegun,
)
from newsletter.dispatch.bundles.known import bundle_of
from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.bundles.months import Month, number_of
from newsletter.dispatch.bundles.waiting import Waiting, find_waiting
from newsletter.dispatch.chunks import cut_chunks, ranges_of
from newsletter.dispatch.errors import AlreadyStarted
from newsletter.dispatch.finishing import finish_if_complete
from newsletter.dispatch.freezing import (
    TRIES,
    Unforeseen,
    in_small_groups,
    is_collision,
    store_variant,
    write_deliveries,
)
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.schedule import say_moment
from newsletter.dispatch.states import ChunkState, MailingKind, MailingState
from newsletter.issues.variants import label
from newsletter.production.bundle import Cover, produce_bundle
from newsletter.production.produce import ProducedVariant
from newsletter.settings import Settings
from newsletter.staff import audit
from subscribers import consent
from subscribers.models import MailingList

log = logging.getLogger("buurtpost.dispatch")

ACT = "mailing.bundle"  # in the audit log
Produced = dict[tuple[str, Content], ProducedVariant]  # by the variant's key, too


def make_bundle(
    database: Database,
    settings: Settings,
    list_id: int,
    month: Month,
    *,
    by: str,
    now: datetime,
) -> str:
    """Freeze a list's bundle of a month and let the worker send it; its number.

    Renders with nothing locked, then commits everything in one transaction. Raises
    AlreadyStarted, NotYetBegun, NothingToBundle, BundleFailed.
    """
    produced: Produced = {}
    for attempt in range(1, TRIES + 1):
        with database.read() as session:
            waiting, contents = look(session, settings, list_id, month, now=now)
            _produce(session, settings, waiting, contents, produced)
        try:
            with database.write.begin() as session:
                one_view(session)
                return _freeze(
                    session, settings, list_id, month, produced, by=by, now=now
                )
        except Unforeseen:
            log.info("bundle list=%d somebody needs a version more", list_id)
        except IntegrityError:
            # Another worker was a moment earlier; the next look says so.
            if attempt == TRIES:
                raise
        except DBAPIError as error:
            if not is_collision(error) or attempt == TRIES:
                raise
    raise BundleFailed(
        "Readers who need another version kept arriving while the bundle was written "
        "down. Nothing was sent; start it again."
    )


def look(
    session: Session, settings: Settings, list_id: int, month: Month, *, now: datetime
) -> tuple[Waiting, Contents]:
    """What it would be now, for whom. Raises what stands in its way."""
    mailing_list = session.get_one(MailingList, list_id)
    number = number_of(session, mailing_list, month)
    made = bundle_of(session, mailing_list, month)
    if made is not None:
        when = say_moment(made.mailing.created_at, timezone=settings.timezone)
        raise AlreadyStarted(
            f"Bundle {number} was made already, by {made.mailing.started_by} on "
            f"{when}. Nobody is mailed twice."
        )
    if month.begins(settings.timezone) > now:
        raise NotYetBegun(number, month.first)
    zone = settings.timezone
    waiting = find_waiting(session, mailing_list, month, zone=zone, now=now)
    if waiting is None:
        raise NothingToBundle(number)
    today = now.astimezone(zone).date()
    contents = contents_of(session, waiting, today=today, zone=zone)
    if not contents.groups:
        raise NothingToBundle(number)
    return waiting, contents


def _produce(
    session: Session,
    settings: Settings,
    waiting: Waiting,
    contents: Contents,
    produced: Produced,
) -> None:
    """Render what ``produced`` has not yet."""
    issues = {issue.number: issue for issue in waiting.issues.values()}
    number = number_of(session, waiting.mailing_list, waiting.month)
    language = waiting.last.language
    cover = Cover(waiting.mailing_list, language, number, waiting.month.first)
    for version in versions_of(waiting, contents, zone=settings.timezone):
        if (version.key, version.content) not in produced:
            produced[version.key, version.content] = produce_bundle(
                session,
                settings,
                cover,
                [(issues[entry.issue], entry) for entry in version.content.entries],
                key=version.key,
                edition=version.content.edition,
            )


def _freeze(
    session: Session,
    settings: Settings,
    list_id: int,
    month: Month,
    produced: Produced,
    *,
    by: str,
    now: datetime,
) -> str:
    waiting, contents = look(session, settings, list_id, month, now=now)
    versions = versions_of(waiting, contents, zone=settings.timezone)
    if any((one.key, one.content) not in produced for one in versions):
        raise Unforeseen
    number = number_of(session, waiting.mailing_list, month)
    mailing = Mailing(
        issue_id=waiting.last.id,
        issue=waiting.last,
        kind=MailingKind.BUNDLE,
        state=MailingState.SENDING,
        started_by=by,
        created_at=now,
        start_at=now,
        frozen_at=now,
        consent_head=consent.head(session, list_id),
    )
    session.add(mailing)
    session.flush()
    session.add(
        Bundle(
            mailing_id=mailing.id,
            list_id=list_id,
            month=str(month),
            number=number,
            until=waiting.until,
        )
    )
    session.flush()
    stored = {
        version.content: store_variant(
            session,
            settings,
            mailing,
            replace(produced[version.key, version.content], label=label(place)),
            number=number,
        ).id
        for place, version in enumerate(versions)
    }
    _write_ledger(session, mailing, contents, stored, now=now)
    cut_chunks(
        session,
        mailing,
        ranges_of(session, mailing),
        size=settings.chunk_size,
        state=ChunkState.OPEN,
    )
    finish_if_complete(session, mailing, now=now)
    audit.record(
        session, by=by, act=ACT, subject=f"bundle {number}", note=mailing.state, now=now
    )
    log.info("mailing=%d bundle=%s variants=%d", mailing.id, number, len(stored))
    return number


def _write_ledger(
    session: Session,
    mailing: Mailing,
    contents: Contents,
    stored: Mapping[Content, int],
    *,
    now: datetime,
) -> None:
    """One row per candidate; ``seq`` runs through the variants, who gets none last."""
    rows = contents.rows
    variant_of: list[tuple[ColumnElement[bool], ColumnElement[Any]]] = [
        (
            and_(
                rows.c.exclusion.is_(None),
                rows.c.edition == group[0],
                *(
                    column == place
                    for column, place in zip(contents.places, group[1], strict=True)
                ),
            ),
            literal(stored[contents.of(group)], Integer),
        )
        for group in contents.groups
    ]
    variant_id = case(*variant_of, else_=null())
    after_all = max(stored.values()) + 1
    seq = func.row_number().over(
        order_by=(
            func.coalesce(variant_id, after_all),
            *in_small_groups(rows.c.subscriber_id),
        )
    )
    write_deliveries(session, mailing, rows, seq=seq, variant_id=variant_id, now=now)
