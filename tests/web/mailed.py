"""Issues that went out, and the links their readers hold, as rows: nothing is sent."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.models import Delivery, Mailing, Variant
from newsletter.dispatch.states import DeliveryState, MailingKind, MailingState
from newsletter.issues.models import Issue
from newsletter.library.models import ItemKind, KnowledgeLink, LibraryItem, Relation
from newsletter.settings import Settings
from subscribers.models import MailingList, Subscriber
from subscribers.tokens import Purpose, Signer
from tests.conftest import NOW

WEB = (
    "<!doctype html><html lang=nl><head><title>Nummer</title>"
    "<style>h1{color:red}</style></head><body class=paper>"
)


def an_item(
    session: Session, slug: str, *, kind: ItemKind = ItemKind.STORY, **fields: object
) -> LibraryItem:
    known = {
        "title": slug.replace("-", " ").capitalize(),
        "summary": f"Kort over {slug}.",
        "body": "<p>Het hele stuk.</p>",
        "language": "nl",
        "url": None,
        "people": [],
        "regions": [],
        "themes": [],
        "created_at": NOW,
        "updated_at": NOW,
    }
    item = LibraryItem(slug=slug, kind=kind, **{**known, **fields})
    session.add(item)
    session.flush()
    return item


def a_link(session: Session, story: LibraryItem, knowledge: LibraryItem) -> None:
    session.add(
        KnowledgeLink(
            story_id=story.id,
            knowledge_id=knowledge.id,
            relation=Relation.ILLUSTRATES,
            why="Het verhaal laat zien hoe het gaat.",
            created_at=NOW,
        )
    )
    session.flush()


def an_issue(
    session: Session,
    mailing_list: MailingList,
    *,
    number: int = 42,
    stories: tuple[str, ...] = (),
    editions: tuple[str, ...] = (),
) -> Issue:
    issue = Issue(
        number=number,
        list_id=mailing_list.id,
        subject="Beste {naam}, soep voor de straat",
        preheader="En wat we daar al over wisten.",
        language="nl",
        blocks=[
            {"id": f"story-{n}", "kind": "story", "story": slug}
            for n, slug in enumerate(stories)
        ],
        editions=[{"partner": slug} for slug in editions],
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(issue)
    session.flush()
    return issue


def a_mailing(
    session: Session,
    issue: Issue,
    readers: list[tuple[Subscriber, str]] = [],  # noqa: B006 - never changed
    *,
    state: MailingState = MailingState.SENT,
    frozen: bool = True,
    keys: tuple[str, ...] = ("base",),
) -> Mailing:
    """A mailing with one variant per key and a delivery per reader and edition."""
    mailing = Mailing(
        issue_id=issue.id,
        state=state,
        started_by="redactie@buurtwijs.example",
        created_at=NOW,
        frozen_at=NOW if frozen else None,
    )
    session.add(mailing)
    session.flush()
    for label, key in zip("ABCDE", keys, strict=False):
        session.add(
            Variant(
                mailing_id=mailing.id,
                key=key,
                edition=key.split("-")[0],
                label=label,
                blocks=["story-0"] if "-" in key else ["story-0", "story-1"],
                mail={},
                html="",
                text="",
                web=f"{WEB}<h1>Versie {key}</h1>",
                sha256="0" * 64,
            )
        )
    for seq, (reader, edition) in enumerate(readers, start=1):
        session.add(
            Delivery(
                mailing_id=mailing.id,
                seq=seq,
                address_hash=reader.address_hash,
                subscriber_id=reader.id,
                edition=edition,
                state=DeliveryState.ACCEPTED,
                changed_at=NOW,
            )
        )
    session.flush()
    return mailing


def a_correction(
    session: Session,
    mailing: Mailing,
    *variants: str,
    text: str = "Het was **donderdag**.",
    title: str = "Soep",
    story: str | None = "soep",
    number: int = 1,
    at: datetime = NOW,
    state: MailingState = MailingState.SENT,
) -> Mailing:
    """Something put right in these variants of an issue, that reached nobody new."""
    own = Mailing(
        issue_id=mailing.issue_id,
        kind=MailingKind.CORRECTION,
        state=state,
        started_by="redactie@buurtwijs.example",
        created_at=at,
        frozen_at=at,
    )
    session.add(own)
    session.flush()
    key = f"correction-{number}"
    session.add(
        Variant(
            mailing_id=own.id,
            key=key,
            edition="base",
            label="A",
            blocks=[key],
            mail={},
            html="",
            text="",
            web=f"{WEB}<h1>Rectificatie: {title}</h1>",
            sha256="0" * 64,
        )
    )
    found = session.scalars(
        select(Variant.id).where(
            Variant.mailing_id == mailing.id, Variant.key.in_(variants)
        )
    )
    session.add(
        Correction(
            mailing_id=own.id,
            issue_id=mailing.issue_id,
            number=number,
            item=story or "text-1",
            title=title,
            story=story,
            text=text,
            variants=list(found),
        )
    )
    session.flush()
    return own


def a_token(
    settings: Settings, purpose: Purpose, mailing: Mailing, seq: int = 1
) -> str:
    return Signer(settings.signing_keys()).sign(purpose, mailing.id, seq)
