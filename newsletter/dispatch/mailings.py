"""Start, pause, resume, cancel, retry: what a person does to a mailing.

Every one takes the mailing's row under lock, says no with a sentence when the state
does not allow it, and leaves a line in the audit log. But for ``start`` they are done
to an issue's mailing, to one of its corrections, or to a bundle.
"""

from collections.abc import Set
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch.chunks import open_chunks
from newsletter.dispatch.corrections.latecomers import follow_all
from newsletter.dispatch.errors import AlreadyStarted, NoMailing, NotNowPossible
from newsletter.dispatch.finishing import finish_if_complete
from newsletter.dispatch.going_on import forget_what_stopped
from newsletter.dispatch.locks import lock_mailing, lock_mailing_of
from newsletter.dispatch.models import Chunk, Mailing
from newsletter.dispatch.moves import move
from newsletter.dispatch.naming import Mailed, find_mailed, name_of, subject_of
from newsletter.dispatch.plan import BEGIN, freeze
from newsletter.dispatch.receipt import find_mailing
from newsletter.dispatch.schedule import say_moment
from newsletter.dispatch.states import (
    ChunkState,
    DeliveryState,
    MailingKind,
    MailingState,
)
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue
from newsletter.jobs.queue import enqueue
from newsletter.preflight import look_at_links
from newsletter.reasons import Code, reason
from newsletter.settings import Settings
from newsletter.staff import audit
from newsletter.workflow.gate import gate

_STARTED = {
    MailingState.SCHEDULED: "is scheduled for {when}",
    MailingState.SENDING: "is being sent since {when}",
    MailingState.PAUSED: "is paused; `buurtpost mailings resume {number}` goes on",
    MailingState.HELD: "is held; look why with `buurtpost mailings receipt {number}`",
    MailingState.SENT: "was sent on {when}",
    MailingState.CANCELLED: "was cancelled on {when}",
}

_STOPPED = {MailingState.PAUSED, MailingState.HELD}


def start(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    by: str,
    at: datetime | None = None,
    passed: int | None = None,
    now: datetime,
) -> Mailing:
    """Begin the one mailing an issue has: at ``at``, or as soon as a worker looks.

    Outside the sending hours ``at`` is moved to when they begin, so that who is a
    reader by then gets it, and ``start_at`` says when it really is.

    ``passed`` is the version of the issue that the gate let through just before; it
    looks at any other here. Raises AlreadyStarted when there is a mailing (unless it
    was cancelled before anybody was counted), and the gate's refusal.
    """
    mailing = lock_mailing_of(session, issue)
    require_first(session, settings, issue)
    if issue.version != passed:
        gate(session, settings, issue, by=by, now=now)
    if mailing is None:
        mailing = Mailing(issue_id=issue.id, issue=issue)
        session.add(mailing)
    begin_at = now
    if at is not None:
        begin_at = settings.pace.next_open(at, timezone=settings.timezone)
    issue.frozen_at = now
    mailing.state = MailingState.SCHEDULED
    mailing.started_by = by
    mailing.created_at = now
    mailing.start_at = begin_at
    mailing.finished_at = None
    mailing.reason = ""
    _begin_at(session, mailing, begin_at, now=now)
    _say(session, mailing, "mailing.start", by=by, now=now)
    return mailing


def start_now_or_at(
    database: Database,
    settings: Settings,
    number: int,
    *,
    by: str,
    at: datetime | None,
    now: datetime,
) -> int:
    """Start, and freeze at once unless it is for later; returns the mailing's id.

    Commits what its links answered, then the start, then the freeze. When the freeze
    fails the start is taken back: nothing is half done.
    """
    with database.read() as session:
        require_first(session, settings, find_issue(session, number))
    passed = _let_through(database, settings, number, by=by, now=now)
    with database.write.begin() as session:
        issue = find_issue(session, number)
        begun = start(session, settings, issue, by=by, at=at, passed=passed, now=now)
        mailing_id = begun.id
    if at is not None:
        return mailing_id
    try:
        freeze(database, settings, mailing_id, now)
    except Exception:
        with database.write.begin() as session:
            mailing = lock_mailing(session, mailing_id)
            if mailing is not None and mailing.frozen_at is None:
                mailing.issue.frozen_at = None
                session.delete(mailing)
        raise
    return mailing_id


def _let_through(
    database: Database, settings: Settings, number: int, *, by: str, now: datetime
) -> int:
    """The version of the issue the gate lets through; raises its refusal.

    It waits for other people's servers and renders every variant: nobody may have to
    wait for that, so nothing is locked.
    """
    look_at_links(database, settings, number, now=now)
    with database.read() as session:
        issue = find_issue(session, number)
        gate(session, settings, issue, by=by, now=now)
        return issue.version


def pause(session: Session, which: Mailed, *, by: str, now: datetime) -> Mailing:
    """Begin no new hand-over; what is on the wire is finished and counted."""
    mailing = locked(session, which)
    require(mailing, {MailingState.SENDING, MailingState.SCHEDULED}, "can be paused")
    mailing.state = MailingState.PAUSED
    mailing.reason = reason(Code.PAUSED_BY, who=by).stored()
    _say(session, mailing, "mailing.pause", by=by, now=now)
    return mailing


def resume(
    session: Session,
    settings: Settings,
    which: Mailed,
    *,
    by: str,
    passed: int | None = None,
    now: datetime,
) -> Mailing:
    """Go on where it stopped; a held one starts now, after a new preflight.

    ``passed`` as for ``start``.
    """
    mailing = locked(session, which)
    require(mailing, _STOPPED, "can be resumed")
    if mailing.frozen_at is not None:
        mailing.state = MailingState.SENDING
        forget_what_stopped(session, settings, mailing, now=now)
        open_chunks(session, mailing)
        finish_if_complete(session, mailing, now=now)
    else:
        moment = mailing.start_at or now
        if _starts_at_once(mailing, now=now):
            if mailing.issue.version != passed:
                gate(session, settings, mailing.issue, by=by, now=now)
            moment = now
        mailing.state = MailingState.SCHEDULED
        mailing.start_at = moment
        _begin_at(session, mailing, moment, now=now)
    mailing.reason = ""
    _say(session, mailing, "mailing.resume", by=by, now=now)
    return mailing


def look_and_resume(
    database: Database,
    settings: Settings,
    number: int | str,
    correction: int | None = None,
    *,
    by: str,
    now: datetime,
) -> MailingState:
    """``resume`` as doors do it: what must be looked at first is, with nothing locked.

    Commits; returns the state the mailing is in now.
    """
    with database.read() as session:
        mailing = find_mailing(session, find_mailed(session, number, correction))
        require(mailing, _STOPPED, "can be resumed")
        must_pass = _starts_at_once(mailing, now=now)
    passed = None
    if must_pass:
        assert isinstance(number, int)  # a bundle is frozen when it is made
        passed = _let_through(database, settings, number, by=by, now=now)
    with database.write.begin() as session:
        which = find_mailed(session, number, correction)
        return resume(session, settings, which, by=by, passed=passed, now=now).state


def _starts_at_once(mailing: Mailing, *, now: datetime) -> bool:
    """Whether it begins when it is resumed, so that the gate must let it through."""
    is_due = mailing.start_at is None or mailing.start_at <= now
    return mailing.frozen_at is None and (mailing.state is MailingState.HELD or is_due)


def cancel(session: Session, which: Mailed, *, by: str, now: datetime) -> Mailing:
    """Stop for good: who waits never gets it. What is on the wire is still counted."""
    mailing = locked(session, which)
    require(
        mailing,
        {
            MailingState.SCHEDULED,
            MailingState.SENDING,
            MailingState.PAUSED,
            MailingState.HELD,
        },
        "can be cancelled",
    )
    mailing.state = MailingState.CANCELLED
    mailing.reason = reason(Code.CANCELLED_BY, who=by).stored()
    mailing.finished_at = now
    if mailing.frozen_at is None:
        # Nobody was counted: it may be changed and started again.
        mailing.issue.frozen_at = None
    session.flush()
    # Chunks before deliveries, as a claim takes them: the other way round the two
    # could wait for each other.
    session.execute(
        update(Chunk)
        .where(Chunk.mailing_id == mailing.id, Chunk.state == ChunkState.OPEN)
        .values(state=ChunkState.DONE)
        .execution_options(synchronize_session=False)
    )
    move(
        session,
        mailing.id,
        DeliveryState.QUEUED,
        DeliveryState.CANCELLED,
        now=now,
        detail="the mailing was cancelled",
    )
    _say(session, mailing, "mailing.cancel", by=by, now=now)
    return mailing


def retry(session: Session, which: Mailed, *, by: str, now: datetime) -> int:
    """Queue those who were refused once more, and only those; returns how many.

    Somebody in doubt is never among them.
    """
    mailing = locked(session, which)
    require(
        mailing,
        {MailingState.SENDING, MailingState.PAUSED, MailingState.SENT},
        "has anybody to try again",
    )
    tried = move(
        session,
        mailing.id,
        DeliveryState.REFUSED,
        DeliveryState.QUEUED,
        now=now,
        attempts=0,
        not_before=None,
    )
    if tried == 0:
        raise NotNowPossible(
            f"Nobody was refused in the {name_of(mailing)}: there is nobody to try "
            "again."
        )
    go_on(session, mailing, now=now)
    _say(session, mailing, "mailing.retry", by=by, now=now, note=str(tried))
    return tried


def go_on(session: Session, mailing: Mailing, *, now: datetime) -> None:
    """Somebody was queued again: let them be sent, and what follows them too."""
    open_chunks(session, mailing)
    # A person mended it: what was answered before that stops it no more.
    mailing.answers = ""
    mailing.resumed_at = now
    if mailing.state is MailingState.SENT:
        mailing.state = MailingState.SENDING
        mailing.finished_at = None
    if mailing.kind is MailingKind.ISSUE:
        follow_all(session, mailing.issue, now=now)


def locked(session: Session, which: Mailed) -> Mailing:
    if isinstance(which, Issue):
        mailing = lock_mailing_of(session, which)
        if mailing is None:
            raise NoMailing(which.number)
        return mailing
    mailing = lock_mailing(session, which.mailing_id)
    assert mailing is not None  # a correction and a bundle have one
    return mailing


def require(mailing: Mailing, allowed: Set[MailingState], what: str) -> None:
    if mailing.state in allowed:
        return
    states = ", ".join(state for state in MailingState if state in allowed)
    raise NotNowPossible(
        f"The {name_of(mailing)} is {mailing.state}; only one that is {states} {what}."
    )


def require_first(session: Session, settings: Settings, issue: Issue) -> None:
    """Raise AlreadyStarted when the issue's one mailing is there."""
    mailing = session.scalar(
        select(Mailing).where(
            Mailing.issue_id == issue.id, Mailing.kind == MailingKind.ISSUE
        )
    )
    if mailing is not None and not _never_was(mailing):
        raise AlreadyStarted(_say_first(settings, mailing))


def _never_was(mailing: Mailing) -> bool:
    """Called off before its time: nobody was counted, so the issue is free again."""
    return mailing.state is MailingState.CANCELLED and mailing.frozen_at is None


def _begin_at(
    session: Session, mailing: Mailing, moment: datetime, *, now: datetime
) -> None:
    session.flush()
    enqueue(session, BEGIN, {"mailing": mailing.id}, run_at=moment, now=now)


def _say_first(settings: Settings, mailing: Mailing) -> str:
    when = mailing.finished_at or mailing.start_at or mailing.created_at
    how = _STARTED[mailing.state].format(
        when=say_moment(when, timezone=settings.timezone), number=mailing.issue.number
    )
    return (
        f"Issue {mailing.issue.number} has a mailing already: it was started by "
        f"{mailing.started_by} and {how}. Nobody is mailed twice."
    )


def _say(
    session: Session,
    mailing: Mailing,
    act: str,
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> None:
    which = "correction: " if mailing.kind is MailingKind.CORRECTION else ""
    audit.record(
        session,
        by=by,
        act=act,
        subject=subject_of(mailing),
        note=f"{which}{note or mailing.state}",
        now=now,
    )
