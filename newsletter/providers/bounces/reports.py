"""The two kinds of report machines write: on a delivery, and on a complaint."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from newsletter.providers.bounces.bounce import BounceKind
from newsletter.providers.bounces.opening import header, parts_of
from newsletter.providers.statuses import is_gone, status_in

# RFC 5965 knows more feedback types; only these come from a reader's own hand.
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})
_MOST_RECIPIENTS = 50


@dataclass(frozen=True)
class Said:
    """What a report, or a mail's words, say of one address."""

    kind: BounceKind
    address: str | None = None
    status: str = ""
    diagnostic: str = ""


def complaint(message: Message) -> Said | None:
    """What a feedback report (RFC 5965) says; None without one."""
    for part in parts_of(message, "message/feedback-report"):
        fields = _fields(part)
        kind = header(fields, "Feedback-Type").lower()
        is_complaint = kind in _COMPLAINTS
        return Said(
            BounceKind.COMPLAINT if is_complaint else BounceKind.NONE,
            _address(header(fields, "Original-Rcpt-To")) or _to_whom(message),
            diagnostic=kind,
        )
    return None


def delivery_report(message: Message) -> Said | None:
    """What a delivery report (RFC 3464) says of its first failure; None without one."""
    found = [
        _said(fields)
        for part in parts_of(message, "message/delivery-status")
        for fields in _recipients(part)
    ]
    if not found:
        return None
    failed = (said for said in found if said.kind is not BounceKind.NONE)
    return next(failed, found[0])


def kind_of(status: str) -> BounceKind:
    """A failure with this code: only a mailbox that is not there is hard."""
    return BounceKind.HARD if is_gone(status) else BounceKind.SOFT


def _said(fields: Message) -> Said:
    diagnostic = header(fields, "Diagnostic-Code")
    status = status_in(header(fields, "Status"))
    if status[2:] in {"", "0.0"}:  # "5.0.0": the server's own words may say more
        status = status_in(diagnostic) or status
    # Delayed is not failed: the server goes on trying, and says so when it gives up.
    failed = header(fields, "Action").lower() in {"failed", ""} and status[:1] != "2"
    return Said(
        kind_of(status) if failed else BounceKind.NONE,
        _address(header(fields, "Original-Recipient"))
        or _address(header(fields, "Final-Recipient")),
        status,
        diagnostic,
    )


def _recipients(part: Message) -> Iterator[Message]:
    """The blocks of a delivery-status part that are about a recipient."""
    payload = part.get_payload()
    blocks: list[Message] = []
    if isinstance(payload, list):
        blocks = [block for block in payload if isinstance(block, Message)]
    elif isinstance(payload, str):
        blocks = [
            HeaderParser().parsestr(block)
            for block in payload.replace("\r\n", "\n").split("\n\n")
        ]
    for block in blocks[:_MOST_RECIPIENTS]:
        if "Final-Recipient" in block or "Original-Recipient" in block:
            yield block


def _fields(part: Message) -> Message:
    """A feedback report's fields, which the parser leaves as text or as a message."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else part
    return HeaderParser().parsestr(str(payload)[:20_000].lstrip())


def _to_whom(message: Message) -> str | None:
    """The reader the mail complained about was for; often left out by the provider."""
    for part in parts_of(message, "message/rfc822"):
        payload = part.get_payload()
        if isinstance(payload, list) and payload and isinstance(payload[0], Message):
            return _address(header(payload[0], "To"))
    return None


def _address(text: str) -> str | None:
    """``rfc822; anna@example.nl``, ``Anna <anna@example.nl>`` -> the address."""
    text = text.rpartition(";")[2].strip()
    if "<" in text:
        text = text.rpartition("<")[2].partition(">")[0]
    text = text.strip("<> ")
    is_address = "@" in text and " " not in text and len(text) <= 320
    return text if is_address else None
