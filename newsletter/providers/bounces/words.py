"""Mail that is no report: an answer from somebody's holiday, or a bounce in prose."""

import logging
import re
from email.message import Message

from flufl.bounce import all_failures

from newsletter.providers.bounces.bounce import BounceKind
from newsletter.providers.bounces.opening import header, text_of
from newsletter.providers.bounces.reports import Said, kind_of
from newsletter.providers.statuses import status_in

# It logs a traceback for each mail one of its detectors cannot read.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_AWAY = re.compile(
    r"""
    out\s+of\s+(the\s+)?office | automatic\s+reply | on\s+(vacation|holiday|leave)
    | auto(matic|mated)?[\s-]*(reply|response|responder|antwoord)
    | (maternity|paternity|annual)\s+leave
    | away\s+from\s+(my|the)\s+(desk|office|e?-?mail)
    | automatisch(e)?\s+(antwoord|bericht|reactie)
    | \bafwezig(heid)?(s?(bericht|assistent|melding))?\b
    | niet\s+aanwezig | (niet\s+op|buiten)\s+kantoor
    | (met|op)\s+(vakantie|verlof|zwangerschapsverlof)
    | (vakantie|verlof)(bericht|melding) | ontvangstbevestiging
    """,
    re.I | re.X,
)
_BEGINNING = 500  # letters of a mail in which it says that somebody is away
_AUTOMATIC = re.compile(r"auto-(replied|generated|notified)", re.I)
_FULL = re.compile(
    r"""
    (mailbox|inbox|postvak|brievenbus|mailbus|quota)
        \W+ (\w+\W+){0,3}? (full|vol|exceeded|overschreden)\b
    | over\s*quota | exceeded\s+(\w+\s+){0,3}quota | insufficient\s+storage
    """,
    re.I | re.X,
)
_ABOUT_US = re.compile(r"\bspam\b|blacklist|blocklist|policy|reputation|blocked", re.I)
_NOT_THERE = re.compile(
    r"""
    (user|recipient|address|mailbox|account|gebruiker|ontvanger|(e-?mail)?adres)
        \W+ (\w+\W+){0,4}?
        (unknown|not\s+found|does\s+not\s+exist|doesn't\s+exist
        |bestaat\s+niet|onbekend|niet\s+gevonden)
    | (unknown|no\s+such|onbekende?) \s+
        (user|recipient|address|mailbox|gebruiker|ontvanger|adres)
    """,
    re.I | re.X,
)
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])(?!-\d\d)", re.ASCII)
_DAEMON = re.compile(r"mailer-daemon|postmaster|mail delivery", re.I)


def auto_reply(message: Message) -> Said | None:
    """An out-of-office note, Dutch or English: about nobody's mailbox."""
    subject = header(message, "Subject")
    if _AWAY.search(subject) and not _is_from_a_server(message):
        return Said(BounceKind.AUTO_REPLY, diagnostic=subject)
    return None


def answered_by_itself(message: Message) -> Said | None:
    """The same by headers and first words; last, for bounces have such headers too."""
    automatic = _AUTOMATIC.match(header(message, "Auto-Submitted")) or (
        header(message, "Precedence").lower() in {"auto_reply", "auto-reply"}
        or "X-Autoreply" in message
        or "X-Autorespond" in message
        or _AWAY.search(text_of(message)[:_BEGINNING])
    )
    if automatic and not _is_from_a_server(message):
        return Said(BounceKind.AUTO_REPLY, diagnostic=header(message, "Subject"))
    return None


def prose(message: Message, *, is_ours: bool) -> Said | None:
    """A bounce without a report, by what is known of old servers, then by its words.

    ``is_ours``: it came back to a genuine address of a delivery, so that a server's
    bare words are enough.
    """
    address, temporary = _known(message)
    from_server = _is_from_a_server(message)
    if address is None and not (is_ours and from_server):
        return None
    text = text_of(message)
    status = status_in(text)
    diagnostic = _telling_line(text, status)
    if temporary:
        return Said(BounceKind.NONE, address, status, diagnostic)
    return Said(_kind(text, status, known=address), address, status, diagnostic)


def _kind(text: str, status: str, *, known: str | None) -> BounceKind:
    if _FULL.search(text):
        return BounceKind.SOFT
    if status and not status.endswith(".0.0"):
        return kind_of(status)
    if _NOT_THERE.search(text):
        return BounceKind.HARD
    about_us = _ABOUT_US.search(text) is not None
    return BounceKind.SOFT if about_us or known is None else BounceKind.HARD


def _known(message: Message) -> tuple[str | None, bool]:
    """Whom flufl.bounce says failed, and whether only for now."""
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # its detectors were not written for hostile mail
        return None, False
    for found, is_temporary in ((permanent, False), (temporary, True)):
        if found:
            return min(found).decode("utf-8", "replace"), is_temporary
    failed = header(message, "X-Failed-Recipients").partition(",")[0].strip()
    return (failed or None), False


def _is_from_a_server(message: Message) -> bool:
    return (
        header(message, "Return-Path") == "<>" and "X-Failed-Recipients" in message
    ) or _DAEMON.search(header(message, "From")) is not None


def _telling_line(text: str, status: str) -> str:
    """The line a person would point at: with the code, or with the server's reply."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        if (status and status in line) or _REPLY_CODE.search(line):
            return line
    telling = (line for line in lines if _FULL.search(line) or _NOT_THERE.search(line))
    return next(telling, "")
