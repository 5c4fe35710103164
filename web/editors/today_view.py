"""What waits for an editor today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.naming import Mailed, find_mailed, number_of
from newsletter.dispatch.standstill import why_it_stands
from newsletter.dispatch.states import MailingKind, MailingState
from newsletter.issues.compose import all_issues
from newsletter.issues.models import Issue
from newsletter.library.models import ItemKind, LibraryItem
from web.editors.called import Called, called
from web.editors.mailing_view import say_reason

GOING = frozenset(
    {
        MailingState.SCHEDULED,
        MailingState.SENDING,
        MailingState.PAUSED,
        MailingState.HELD,
    }
)
MOST_SENT = 3


@dataclass(frozen=True)
class Going:
    mailing: Mailing
    called: Called
    number: int | str
    correction: int | None  # its number, when it is one
    stands: str  # why it does not go on just now; "" when it does


@dataclass(frozen=True)
class Today:
    drafts: Sequence[Issue]  # the newest first
    going: Sequence[Going]  # scheduled, on their way, paused or held
    sent: Sequence[Mailing]  # the last few issues
    stories: int
    knowledge: int


def _mailed(
    session: Session, mailing: Mailing, corrections: Mapping[int, int]
) -> Mailed:
    return find_mailed(session, number_of(mailing), corrections.get(mailing.id))


def today(session: Session, *, now: datetime) -> Today:
    mailings = list(
        session.scalars(select(Mailing).order_by(Mailing.created_at.desc()))
    )
    corrections = {
        one.mailing_id: one.number for one in session.scalars(select(Correction))
    }
    stories = session.scalar(
        select(func.count()).where(LibraryItem.kind == ItemKind.STORY)
    )
    every = session.scalar(select(func.count()).select_from(LibraryItem))
    return Today(
        drafts=[issue for issue in all_issues(session) if issue.frozen_at is None],
        going=[
            Going(
                mailing,
                called(session, _mailed(session, mailing, corrections)),
                number_of(mailing),
                corrections.get(mailing.id),
                say_reason(why_it_stands(session, mailing, now=now)).what,
            )
            for mailing in mailings
            if mailing.state in GOING
        ],
        sent=[
            mailing
            for mailing in mailings
            if mailing.state is MailingState.SENT and mailing.kind is MailingKind.ISSUE
        ][:MOST_SENT],
        stories=stories or 0,
        knowledge=(every or 0) - (stories or 0),
    )
