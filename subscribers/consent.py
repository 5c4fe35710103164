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
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from typing import NamedTuple, cast

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
_COLUMNS = (
    "list_id",
    "seq",
    "act",
    "sender_id",
    "wording_id",
    "source",
    "proof",
    "recorded_at",
    "commitment",
    "seal",
    "subscriber_id",
    "salt",
    "address",
)


class Entry(NamedTuple):
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
    seal_with = secrets.keyed_hash(secrets.key_for(session, secrets.CONSENT))
    end = _locked_head(session, list_id)
    digests = wording_digests(session, list_id)
    salts = os.urandom(SALT_BYTES * len(entries))
    # Of a thousand lines most say the same about somebody else.
    same: dict[tuple[object, ...], bytes] = {}
    rows = []
    seq, seal = end.seq, end.seal
    for number, entry in enumerate(entries):
        act, sender_id, subscriber_id, address, source, wording_id, proof = entry
        what = (act, sender_id, wording_id, source, proof)
        if what not in same:
            same[what] = _what_happened(
                *what, digests[wording_id] if wording_id else "", now
            )
        seq += 1
        salt = salts[number * SALT_BYTES : (number + 1) * SALT_BYTES]
        commitment = commit(salt, subscriber_id, address)
        seal = seal_with(seal + _line(list_id, seq, same[what]) + commitment)
        rows.append(
            (
                list_id,
                seq,
                *what,
                now,
                commitment,
                seal,
                subscriber_id,
                salt,
                address,
            )
        )
    insert_rows(session, _TABLE, _COLUMNS, rows)
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
    # The two as JSON; writing it by hand takes a tenth of the time of dumps.
    person = f"[{subscriber_id}, {encode_basestring_ascii(address)}]"
    return sha256(salt + person.encode()).digest()


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
    what = _what_happened(
        act, sender_id, wording_id, source, proof, wording, recorded_at
    )
    return _line(list_id, seq, what)


def _line(list_id: int, seq: int, what: bytes) -> bytes:
    """One JSON array: the place in the ledger and what is said there."""
    return b"[%d,%d,%b" % (list_id, seq, what)


def _what_happened(
    act: ConsentAct,
    sender_id: int,
    wording_id: int | None,
    source: str,
    proof: str,
    wording: str,
    recorded_at: datetime,
) -> bytes:
    """The rest of the array; the same for all whom one import brought."""
    moment = recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [act, sender_id, wording_id, wording, source, proof, moment]
    return json.dumps(said, separators=(",", ":"))[1:].encode()


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
