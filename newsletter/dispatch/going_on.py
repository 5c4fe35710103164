"""When a person lets a mailing go on: what stopped it does not stop it again."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Mailing, ProviderLimit, ProviderTaken
from newsletter.reasons import Code, read_reason
from newsletter.settings import Settings

_LEARNT = frozenset({Code.DAY_FULL, Code.HOUR_FULL})


def forget_what_stopped(
    session: Session, settings: Settings, mailing: Mailing, *, now: datetime
) -> None:
    """Old answers count no more, and the provider is asked again at once.

    A limit that it told us before is forgotten when it was that which stopped the
    mailing: whoever resumes it knows better.
    """
    why = read_reason(mailing.waiting)
    mailing.resumed_at = now
    mailing.answers = ""
    mailing.waiting = ""
    mailing.waiting_since = None
    if why is not None and why.code in _LEARNT:
        for table in (ProviderLimit, ProviderTaken):
            session.execute(delete(table).where(table.provider == settings.provider))
    else:
        session.execute(
            update(ProviderLimit)
            .where(
                ProviderLimit.provider == settings.provider,
                ProviderLimit.closed_until > now,
            )
            .values(closed_until=now)
            .execution_options(synchronize_session=False)
        )
