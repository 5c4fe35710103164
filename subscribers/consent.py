"""The consent ledger: append-only evidence, a keyed chain per list.

Each line seals the one before it: ``seal = HMAC(key, seal before + what happened +
commitment)``. Who it was about stands beside the chain and not in it: the commitment
is ``SHA-256(salt + person)``, so a person can be erased (salt and fields go) while
every line still verifies. ``verification`` reads it back.
"""

import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from database.bulk import insert_rows
from subscribers import secrets
from subscribers.models import (
    ConsentAct,
    ConsentHead,
    ConsentRecord,
    ConsentWording,
    MailingList,
    Subscriber,
)

BEGINNING = bytes(32)  # what the first line of a list seals
SALT_BYTES = 16
_TABLE = cast("Table", ConsentRecord.__table__)


@dataclass(frozen=True)
class Entry:
    """What one line is to say. The time is the same for all lines of one append."""

    act: ConsentAct
    sender_id: int
    subscriber_id: int
    address: str
    source: str  # "form", "json", "import", "one-click", "preferences"
    wording_id: int | None = None  # None: they said yes to words elsewhere (proof)
    proof: str = ""  # what an import was told; "" unless imported


def append(
    session: Session, entries: Sequence[Entry], *, list_id: int, now: datetime
) -> None:
    """Write lines at the end of a list's ledger, in this order; few or thousands."""
    if not entries:
        return
    key = secrets.key_for(session, secrets.CONSENT)
    end = _locked_head(session, list_id)
    digests = wording_digests(session, list_id)
    salts = os.urandom(SALT_BYTES * len(entries))
    rows = []
    seq, seal = end.seq, end.seal
    for number, entry in enumerate(entries):
        seq += 1
        salt = salts[number * SALT_BYTES : (number + 1) * SALT_BYTES]
        commitment = commit(salt, entry.subscriber_id, entry.address)
        facts = canonical(
            list_id=list_id,
            seq=seq,
            act=entry.act,
            sender_id=entry.sender_id,
            wording=digests[entry.wording_id] if entry.wording_id else "",
            wording_id=entry.wording_id,
            source=entry.source,
            proof=entry.proof,
            recorded_at=now,
        )
        seal = seal_of(key, seal, facts, commitment)
        rows.append(
            {
                "list_id": list_id,
                "seq": seq,
                "act": entry.act,
                "sender_id": entry.sender_id,
                "wording_id": entry.wording_id,
                "source": entry.source,
                "proof": entry.proof,
                "recorded_at": now,
                "commitment": commitment,
                "seal": seal,
                "subscriber_id": entry.subscriber_id,
                "salt": salt,
                "address": entry.address,
            }
        )
    insert_rows(session, _TABLE, rows)
    end.seq, end.seal = seq, seal
    session.flush()


def record(
    session: Session,
    act: ConsentAct,
    subscriber: Subscriber,
    mailing_list: MailingList,
    wording_by_sender: Mapping[int, int | None],
    *,
    source: str,
    now: datetime,
) -> None:
    """One act of one reader, for the list's sender and partners alike."""
    append(
        session,
        [
            Entry(
                act=act,
                sender_id=sender_id,
                subscriber_id=subscriber.id,
                address=subscriber.address,
                source=source,
                wording_id=wording_id,
            )
            for sender_id, wording_id in wording_by_sender.items()
        ],
        list_id=mailing_list.id,
        now=now,
    )


def head(session: Session, list_id: int) -> bytes:
    """The last seal of a list's ledger: printed in a receipt, it witnesses them all."""
    return (
        session.scalar(select(ConsentHead.seal).where(ConsentHead.list_id == list_id))
        or BEGINNING
    )


def records_of(session: Session, subscriber_id: int) -> list[ConsentRecord]:
    """Everything one person said, oldest first."""
    return list(
        session.scalars(
            select(ConsentRecord)
            .where(ConsentRecord.subscriber_id == subscriber_id)
            .order_by(
                ConsentRecord.recorded_at, ConsentRecord.list_id, ConsentRecord.seq
            )
        )
    )


def erase(session: Session, subscriber_id: int) -> None:
    """Take the person out of their lines; the chain stays whole."""
    session.execute(
        update(ConsentRecord)
        .where(ConsentRecord.subscriber_id == subscriber_id)
        .values(subscriber_id=None, salt=None, address=None)
    )


def commit(salt: bytes, subscriber_id: int, address: str) -> bytes:
    """What stands for a person in the chain; says nothing once the salt is gone."""
    return sha256(salt + json.dumps([subscriber_id, address]).encode()).digest()


def canonical(
    *,
    list_id: int,
    seq: int,
    act: ConsentAct,
    sender_id: int,
    wording_id: int | None,
    wording: str,
    source: str,
    proof: str,
    recorded_at: datetime,
) -> bytes:
    """What happened, as bytes that are the same on every machine and database."""
    moment = recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(
        [list_id, seq, act, sender_id, wording_id, wording, source, proof, moment],
        separators=(",", ":"),
    ).encode()


def seal_of(key: bytes, before: bytes, facts: bytes, commitment: bytes) -> bytes:
    # Both ends have a fixed length, so no two lines can be read as one another.
    return hmac.digest(key, before + facts + commitment, "sha256")


def wording_digests(session: Session, list_id: int) -> dict[int, str]:
    """The exact words are sealed too: a changed text breaks the lines that name it."""
    return {
        wording.id: sha256(
            json.dumps(
                [wording.sender_id, wording.language, wording.version, wording.text]
            ).encode()
        ).hexdigest()
        for wording in session.scalars(
            select(ConsentWording).where(ConsentWording.list_id == list_id)
        )
    }


def _locked_head(session: Session, list_id: int) -> ConsentHead:
    end = session.scalar(
        select(ConsentHead)
        .where(ConsentHead.list_id == list_id)
        .with_for_update()
        # Somebody may have appended since this session last looked.
        .execution_options(populate_existing=True)
    )
    if end is None:
        end = ConsentHead(list_id=list_id, seq=0, seal=BEGINNING)
        session.add(end)
        session.flush()
    return end
