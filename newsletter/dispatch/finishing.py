"""When a mailing is sent, asked by whoever holds a session: the dispatcher's words."""

from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from database.types import UtcDateTime
from newsletter.dispatch.flight import statements
from newsletter.dispatch.models import Mailing

_FINISH = text(statements.FINISH).bindparams(bindparam("now", type_=UtcDateTime()))


def finish_if_complete(session: Session, mailing: Mailing, *, now: datetime) -> None:
    """Call a mailing sent when every chunk is done; its row must be locked."""
    session.flush()
    session.execute(_FINISH, {"mailing_id": mailing.id, "now": now})
    session.refresh(mailing)
