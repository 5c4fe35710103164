"""What those who look at an issue say of it: a remark per block, or of the whole."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues.blocks.fields import clean
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from newsletter.staff import audit
from newsletter.staff.roles import Act
from newsletter.workflow.errors import BadRemark
from newsletter.workflow.models import ApprovalLink, Remark

WHOLE = ""  # instead of a block's id
MOST_TEXT = 1000
MOST_REMARKS = 200  # of one issue by one person: a link must not be a way to fill us


def remark(
    session: Session,
    issue: Issue,
    texts: Mapping[str, str],
    *,
    by: str,
    link: ApprovalLink | None = None,
    now: datetime,
) -> int:
    """Keep what was said of each block, by its id; empty ones and repeats are left out.

    Returns how many were kept. Raises BadRemark, and then keeps none.
    """
    composition = Composition.of(issue)
    known = {WHOLE} | {
        block.id
        for edition in composition.all_editions
        for block in composition.visible_of(edition.key)
    }
    said = {(one.block, one.text) for one in remarks_of(session, issue) if one.by == by}
    new = []
    for block, text in texts.items():
        words = _read(text)
        if not words or (block, words) in said:
            continue
        if block not in known:
            raise BadRemark(f"There is no block {block!r} to remark on any more.")
        new.append((block, words))
    if len(said) + len(new) > MOST_REMARKS:
        raise BadRemark(f"{MOST_REMARKS} remarks are the most. Write the editors.")
    for block, words in new:
        session.add(
            Remark(
                issue_id=issue.id,
                link_id=link.id if link else None,
                by=by,
                block=block,
                text=words,
                made_at=now,
            )
        )
    session.flush()
    return len(new)


def remarks_of(session: Session, issue: Issue) -> list[Remark]:
    """All of them, the oldest first."""
    return list(
        session.scalars(
            select(Remark).where(Remark.issue_id == issue.id).order_by(Remark.id)
        )
    )


def open_remarks(session: Session, issue: Issue) -> int:
    """How many nobody handled yet."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Remark)
            .where(Remark.issue_id == issue.id, Remark.handled_at.is_(None))
        )
        or 0
    )


def handle(
    session: Session, issue: Issue, remark_id: int, *, by: str, now: datetime
) -> None:
    """Somebody did something with it; repeating it changes nothing."""
    found = session.get(Remark, remark_id)
    if found is None or found.issue_id != issue.id or found.handled_at is not None:
        return
    found.handled_at, found.handled_by = now, by
    audit.record(
        session,
        by=by,
        act=Act.APPROVE,
        subject=f"issue {issue.number}",
        note=f"remark {found.id} handled",
        now=now,
    )


def _read(text: str) -> str:
    try:
        words = clean(text, lines=True)
    except ValueError as error:
        raise BadRemark(f"A remark {error}") from None
    if len(words) > MOST_TEXT:
        raise BadRemark(
            f"A remark has at most {MOST_TEXT} characters; this one has {len(words)}."
        )
    return words
