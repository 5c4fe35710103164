"""Taking the one row everybody who changes a mailing must hold."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind
from newsletter.issues.models import Issue


def lock_mailing(session: Session, mailing_id: int) -> Mailing | None:
    """The mailing as it is now, nobody else's until the end of the transaction."""
    # "of": PostgreSQL locks no row that an outer join may not find.
    return session.scalar(
        select(Mailing)
        .where(Mailing.id == mailing_id)
        .with_for_update(of=Mailing)
        .execution_options(populate_existing=True)
    )


def lock_mailing_of(session: Session, issue: Issue) -> Mailing | None:
    """The issue's own by its issue; two starts of one without it wait here too.

    The issue is read again: somebody may have changed it while we waited.
    """
    session.refresh(issue, with_for_update={"of": Issue})
    found = session.scalar(
        select(Mailing.id).where(
            Mailing.issue_id == issue.id, Mailing.kind == MailingKind.ISSUE
        )
    )
    return None if found is None else lock_mailing(session, found)
