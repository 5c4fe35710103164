"""Forgetting who was asked to look along, by rule."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from database.session import Database
from newsletter.workflow.models import ApprovalLink

KEPT_DAYS = 365


def forget_old_links(database: Database, *, now: datetime) -> None:
    """A year after a link was made it goes, with remarks and approvals; commits."""
    before = now - timedelta(days=KEPT_DAYS)
    with database.write.begin() as session:
        session.execute(delete(ApprovalLink).where(ApprovalLink.created_at < before))
