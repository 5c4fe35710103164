"""A reader's own lines of the consent ledger, with the words they were about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    ConsentWording,
    MailingList,
    Sender,
    Subscriber,
)


@dataclass(frozen=True)
class OwnLine:
    """One thing that was said, and to whom."""

    at: datetime
    act: ConsentAct
    list_name: str
    sender_name: str
    words: str  # exactly as they were shown; "" where none were (an import, leaving)
    language: str  # of the words
    proof: str  # what an import was told; "" otherwise


def own_lines(session: Session, subscriber: Subscriber) -> list[OwnLine]:
    """The oldest first."""
    rows = session.execute(
        select(
            ConsentRecord.recorded_at,
            ConsentRecord.act,
            MailingList.name,
            Sender.name,
            ConsentWording.text,
            ConsentWording.language,
            ConsentRecord.proof,
        )
        .join(MailingList, MailingList.id == ConsentRecord.list_id)
        .join(Sender, Sender.id == ConsentRecord.sender_id)
        .outerjoin(ConsentWording, ConsentWording.id == ConsentRecord.wording_id)
        .where(ConsentRecord.subscriber_id == subscriber.id)
        .order_by(ConsentRecord.recorded_at, ConsentRecord.id)
    )
    return [
        OwnLine(at, act, list_name, sender, words or "", language or "", proof)
        for at, act, list_name, sender, words, language, proof in rows
    ]
