"""SendGrid's event webhook: its words in, ours out. Reading never fails on one event.

To act on another of its events, add a line to the table below.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from newsletter.providers.events import Event, EventKind, short
from newsletter.providers.statuses import is_gone, status_in

Words = Mapping[str, Any]

MOST_OF_A_KEY = 100  # of an sg_event_id
_MOST_OF_A_NAME = 40
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class NotEvents(Exception):
    """The body is not the JSON array SendGrid sends."""


def read_events(body: bytes, *, now: datetime) -> list[Event]:
    """Every event of one POST; one that cannot be understood is *unknown*.

    Raises NotEvents when the body is not a JSON array.
    """
    try:
        found = json.loads(body)
    # Deep brackets end in a RecursionError, bytes that are no text in a ValueError.
    except (ValueError, RecursionError) as error:
        raise NotEvents from error
    if not isinstance(found, list):
        raise NotEvents
    return [_event(words, now=now) for words in found]


def _event(words: object, *, now: datetime) -> Event:
    if not isinstance(words, dict):
        return Event(_hash(words), EventKind.UNKNOWN, "not an object", now, None, None)
    name = _text(words, "event")
    kind_of = _KINDS.get(name, _unknown)
    reason = _text(words, "reason") or _text(words, "response")
    about = [_text(words, "bounce_classification"), reason]
    return Event(
        key=_key(words),
        kind=kind_of(words),
        name=short(name)[:_MOST_OF_A_NAME],
        at=_moment(words, now=now),
        # Top-level: SendGrid puts custom_args beside its own keys.
        delivery=_text(words, "bw_delivery")[:_MOST_OF_A_NAME] or None,
        address=_text(words, "email") or None,
        status=_status(words),
        detail=short(": ".join(part for part in about if part)),
    )


def _bounce(words: Words) -> EventKind:
    # "blocked" is about the mail or about us, not about the mailbox.
    if _text(words, "type") == "blocked":
        return EventKind.SOFT_BOUNCE
    # Only this one says that the mailbox is not there; where SendGrid could not tell,
    # the server's own code may.
    classification = _text(words, "bounce_classification")
    if classification == "Invalid Address" or (
        classification in {"", "Unclassified"} and is_gone(_status(words))
    ):
        return EventKind.HARD_BOUNCE
    return EventKind.SOFT_BOUNCE


def _unknown(_words: Words) -> EventKind:
    return EventKind.UNKNOWN


_KINDS: Mapping[str, Callable[[Words], EventKind]] = {
    "processed": lambda _words: EventKind.TAKEN,
    "deferred": lambda _words: EventKind.TAKEN,
    "delivered": lambda _words: EventKind.DELIVERED,
    "bounce": _bounce,
    # The name older accounts and some documents have for a bounce of that type.
    "blocked": lambda _words: EventKind.SOFT_BOUNCE,
    "dropped": lambda _words: EventKind.DROPPED,
    "spamreport": lambda _words: EventKind.COMPLAINT,
    "unsubscribe": lambda _words: EventKind.LEFT,
    "group_unsubscribe": lambda _words: EventKind.LEFT,
}


def _status(words: Words) -> str:
    return status_in(_text(words, "status")) or status_in(_text(words, "reason"))


def _key(words: Words) -> str:
    own = _text(words, "sg_event_id")
    if own and len(own) <= MOST_OF_A_KEY and own.isascii() and own.isprintable():
        return own
    return _hash(
        [words.get(name) for name in ("event", "email", "timestamp", "sg_message_id")]
        + [words.get("bw_delivery")]
    )


def _hash(value: object) -> str:
    written = json.dumps(value, sort_keys=True).encode()
    return "sha256:" + hashlib.sha256(written).hexdigest()


def _moment(words: Words, *, now: datetime) -> datetime:
    stamp = words.get("timestamp")
    # A date in JSON is a number; a bool is one too in Python.
    if isinstance(stamp, int) and 0 < stamp < _LATEST.timestamp():
        return datetime.fromtimestamp(stamp, UTC)
    return now


def _text(words: Words, name: str) -> str:
    value = words.get(name)
    return value if isinstance(value, str) else ""
