"""The act: somebody says what was wrong, and whoever had it is told."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch.chunks import cut_chunks, open_chunks, ranges_of
from newsletter.dispatch.corrections.audience import (
    is_under_way,
    variants_with,
    write_down,
)
from newsletter.dispatch.corrections.errors import (
    AlreadyCorrected,
    BadText,
    CorrectedMeanwhile,
    NobodyHadIt,
    NothingToCorrect,
)
from newsletter.dispatch.corrections.items import Item, find_item
from newsletter.dispatch.corrections.known import corrections_of
from newsletter.dispatch.corrections.latecomers import follow
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.errors import NoMailing
from newsletter.dispatch.finishing import finish_if_complete
from newsletter.dispatch.freezing import store_variant
from newsletter.dispatch.locks import lock_mailing_of
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.receipt import find_mailing
from newsletter.dispatch.states import ChunkState, MailingKind, MailingState
from newsletter.issues.blocks.fields import clean
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue
from newsletter.production.correction import Putting, produce_corrections
from newsletter.production.produce import ProducedVariant
from newsletter.settings import Settings
from newsletter.staff import audit
from subscribers import consent

MOST_TEXT = 2000  # characters: longer is a piece for the next issue
ACT = "mailing.correct"  # in the audit log


@dataclass(frozen=True)
class Draft:
    """A correction that may be sent: what it puts right, where, and how it looks."""

    item: Item
    putting: Putting
    variants: tuple[int, ...]  # of the issue: those that hold the item
    produced: tuple[ProducedVariant, ...]  # one for each edition among them


def draft(
    session: Session,
    settings: Settings,
    issue: Issue,
    item_name: str,
    text: str,
    *,
    now: datetime,
) -> Draft:
    """Everything but the sending; writes nothing. Raises what stands in its way.

    NothingToCorrect, UnknownItem, NobodyHadIt, BadText, AlreadyCorrected; and a
    rendering error when the text cannot become a mail.
    """
    mailing = mailing_to_correct(session, issue)
    item = find_item(session, issue, item_name.strip())
    words = _checked(text)
    _refuse_the_same(session, issue, item, words)
    holding = variants_with(session, mailing, item.places)
    if not holding:
        raise NobodyHadIt(issue.number, item.id)
    putting = Putting(
        number=len(corrections_of(session, issue)) + 1,
        title=item.title,
        text=words,
        mailed_on=_frozen_at(mailing).astimezone(settings.timezone).date(),
    )
    editions = list(dict.fromkeys(variant.edition for variant in holding))
    day = now.astimezone(settings.timezone).date()
    produced = produce_corrections(session, settings, issue, editions, putting, day=day)
    return Draft(
        item=item,
        putting=putting,
        variants=tuple(variant.id for variant in holding),
        produced=tuple(produced),
    )


def correct(
    database: Database,
    settings: Settings,
    number: int,
    item_name: str,
    *,
    text: str,
    by: str,
    now: datetime,
) -> int:
    """Freeze a correction and let the worker send it; returns its number.

    Renders with nothing locked, then commits everything in one transaction. Raises as
    ``draft`` does, and CorrectedMeanwhile.
    """
    with database.read() as session:
        issue = find_issue(session, number)
        drafted = draft(session, settings, issue, item_name, text, now=now)
    with database.write.begin() as session:
        issue = find_issue(session, number)
        mailing = lock_mailing_of(session, issue)
        if mailing is None:
            raise NoMailing(number)
        # Before the numbers are compared: two who press at once say the same thing.
        _refuse_the_same(session, issue, drafted.item, drafted.putting.text)
        if len(corrections_of(session, issue)) + 1 != drafted.putting.number:
            raise CorrectedMeanwhile(number)
        _freeze(session, settings, mailing, drafted, by=by, now=now)
        audit.record(
            session,
            by=by,
            act=ACT,
            subject=f"issue {number}",
            note=f"correction {drafted.putting.number}: {drafted.item.id}",
            now=now,
        )
    return drafted.putting.number


def _freeze(
    session: Session,
    settings: Settings,
    mailing: Mailing,
    drafted: Draft,
    *,
    by: str,
    now: datetime,
) -> None:
    issue = mailing.issue
    own = Mailing(
        issue_id=issue.id,
        issue=issue,
        kind=MailingKind.CORRECTION,
        state=MailingState.SENDING,
        started_by=by,
        created_at=now,
        start_at=now,
        frozen_at=now,
        consent_head=consent.head(session, issue.list_id),
    )
    session.add(own)
    session.flush()
    session.add(
        Correction(
            mailing_id=own.id,
            issue_id=issue.id,
            number=drafted.putting.number,
            item=drafted.item.id,
            title=drafted.putting.title,
            story=drafted.item.story,
            text=drafted.putting.text,
            variants=list(drafted.variants),
        )
    )
    stored = {
        produced.edition: store_variant(
            session, settings, own, produced, number=str(issue.number)
        ).id
        for produced in drafted.produced
    }
    # Asked first: who is written down below was reached before, or is still to come.
    coming = is_under_way(session, mailing, drafted.variants)
    write_down(session, own, mailing, drafted.variants, now=now, zone=settings.timezone)
    pairs = {
        variant.id: stored[variant.edition]
        for variant in variants_with(session, mailing, drafted.item.places)
    }
    # All their places, also of whom the issue still reaches. Those with somebody in
    # them are opened.
    cut_chunks(
        session,
        own,
        [
            replace(found, variant_id=pairs[found.variant_id])
            for found in ranges_of(session, mailing)
            if found.variant_id in pairs
        ],
        size=settings.chunk_size,
        state=ChunkState.DONE,
    )
    open_chunks(session, own)
    finish_if_complete(session, own, now=now)
    if coming:
        follow(session, own.id, now=now)


def mailing_to_correct(session: Session, issue: Issue) -> Mailing:
    """The mailing of an issue people have. Raises NothingToCorrect."""
    try:
        mailing = find_mailing(session, issue)
    except NoMailing as error:
        raise NothingToCorrect(issue.number) from error
    if mailing.frozen_at is None:
        raise NothingToCorrect(issue.number)
    return mailing


def _frozen_at(mailing: Mailing) -> datetime:
    assert mailing.frozen_at is not None  # mailing_to_correct looked
    return mailing.frozen_at


def _checked(text: str) -> str:
    try:
        words = clean(text, lines=True)
    except ValueError as error:
        raise BadText(f"The correction {error}") from None
    if not words:
        raise BadText("The correction is empty. Say what was wrong and how it is.")
    if len(words) > MOST_TEXT:
        raise BadText(
            f"The correction has {len(words)} characters; {MOST_TEXT} is the most. "
            "Shorten it, and link to the longer story."
        )
    return words


def _refuse_the_same(session: Session, issue: Issue, item: Item, words: str) -> None:
    """By whatever name the item was called."""
    for known in corrections_of(session, issue):
        is_same = known.item == item.id or (known.story and known.story == item.story)
        if is_same and known.text == words:
            raise AlreadyCorrected(issue.number, item.id, known.number)
