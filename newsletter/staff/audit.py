"""The audit log: who did what, when. Never the address of a reader."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.staff.models import AuditLine, Staff


def record(
    session: Session,
    *,
    by: str,
    act: str,
    subject: str,
    note: str = "",
    now: datetime,
) -> AuditLine:
    """Write one line: ``act="mailing.start", subject="issue 42"``."""
    staff_id = session.scalar(select(Staff.id).where(Staff.email == by))
    line = AuditLine(
        at=now, by=by, act=act, subject=subject, note=note, staff_id=staff_id
    )
    session.add(line)
    return line
