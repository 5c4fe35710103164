"""How staff enter: a link that works once, then a session of some days.

Only hashes of secrets are kept, so that a copy of the database opens no desk.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.correspondence.post import queue_mail
from newsletter.jobs.context import Context
from newsletter.jobs.queue import enqueue
from newsletter.staff.models import SignInLink, Staff, StaffSession

LINK_MINUTES = 30  # one asked for by mail
ADDED_HOURS = 24  # one printed by `staff add`
SESSION_DAYS = 14
# Fresh links one person may have by mail at a time: the form asks for no password, so
# it must not become a way to flood a colleague's mailbox.
MOST_OPEN_LINKS = 3
MAIL_LINK = "sign-in-link"  # the kind of the job


def make_link(
    session: Session, staff: Staff, *, now: datetime, valid_hours: float = ADDED_HOURS
) -> str:
    """A new secret for ``BASE_URL/desk/sign-in/<secret>``; it is not kept anywhere."""
    secret = secrets.token_urlsafe(24)
    session.add(
        SignInLink(
            staff_id=staff.id,
            secret_hash=_hash(secret),
            created_at=now,
            valid_until=now + timedelta(hours=valid_hours),
        )
    )
    session.flush()
    return secret


def sign_in_url(base_url: str, secret: str) -> str:
    return f"{base_url}/desk/sign-in/{secret}"


def ask_for_link(
    session: Session, email: str, *, language: str = "nl", now: datetime
) -> None:
    """Have a fresh link mailed, if this is the address of somebody on the staff.

    Whoever asks cannot tell, nor by the time it takes: the work is the same.
    """
    staff_id = session.scalar(
        select(Staff.id).where(Staff.email == email.strip().lower())
    )
    enqueue(session, MAIL_LINK, {"staff": staff_id, "language": language}, now=now)


def mail_link(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``sign-in-link``; nobody's number mails nobody."""
    now = context.now()
    with context.database.write.begin() as session:
        staff = session.get(Staff, payload["staff"]) if payload["staff"] else None
        if staff is None or _open_links(session, staff, now=now) >= MOST_OPEN_LINKS:
            return
        secret = make_link(session, staff, now=now, valid_hours=LINK_MINUTES / 60)
        queue_mail(
            session,
            kind="sign-in",
            address=staff.email,
            language=payload["language"],
            values={
                "url": sign_in_url(context.settings.base_url, secret),
                "minutes": LINK_MINUTES,
            },
            now=now,
        )


def use_link(session: Session, secret: str, *, now: datetime) -> Staff | None:
    """Spend a link. None: unknown, spent or expired. One UPDATE, so it opens once."""
    staff_id = session.scalar(
        update(SignInLink)
        .where(
            SignInLink.secret_hash == _hash(secret),
            SignInLink.used_at.is_(None),
            SignInLink.valid_until > now,
        )
        .values(used_at=now)
        .returning(SignInLink.staff_id)
        .execution_options(synchronize_session=False)
    )
    return None if staff_id is None else session.get_one(Staff, staff_id)


def is_open(session: Session, secret: str, *, now: datetime) -> bool:
    """Whether this link would still open; for the page with the button."""
    return (
        session.scalar(
            select(SignInLink.id).where(
                SignInLink.secret_hash == _hash(secret),
                SignInLink.used_at.is_(None),
                SignInLink.valid_until > now,
            )
        )
        is not None
    )


def open_session(session: Session, staff: Staff, *, now: datetime) -> str:
    """A new secret for the browser's cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            staff_id=staff.id,
            secret_hash=_hash(secret),
            created_at=now,
            valid_until=now + timedelta(days=SESSION_DAYS),
        )
    )
    session.flush()
    return secret


def find_session(session: Session, secret: str, *, now: datetime) -> Staff | None:
    """Whose browser this is. None: signed out, expired or unknown."""
    found = session.scalar(
        select(StaffSession).where(
            StaffSession.secret_hash == _hash(secret), StaffSession.valid_until > now
        )
    )
    return None if found is None else found.staff


def close_session(session: Session, secret: str) -> None:
    session.execute(
        delete(StaffSession).where(StaffSession.secret_hash == _hash(secret))
    )


def _open_links(session: Session, staff: Staff, *, now: datetime) -> int:
    return len(
        session.scalars(
            select(SignInLink.id).where(
                SignInLink.staff_id == staff.id,
                SignInLink.used_at.is_(None),
                SignInLink.valid_until > now,
                SignInLink.created_at > now - timedelta(minutes=LINK_MINUTES),
            )
        ).all()
    )


def _hash(secret: str) -> bytes:
    # Secrets are long and random: nothing slower than SHA-256 is needed.
    return hashlib.sha256(secret.encode()).digest()
