"""Why a mailing stands still or waits: a code and its values, said by one table.

What sends writes a ``Reason`` into the mailing's row; whoever reads it there says it in
a language: ``str()`` in English, for commands and logs; the desk through the catalogue
``reasons.po``, whose every message comes from SAYINGS.

To add a reason, add its code, its line in SAYINGS and the Dutch of it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Value = str | int


class Code(StrEnum):
    """What happened. The words are kept in mailings: they are not changed."""

    SAID = "said"  # a whole sentence of somebody else's
    PAUSED_BY = "paused_by"
    CANCELLED_BY = "cancelled_by"
    TOO_LATE = "too_late"
    BLOCKED = "blocked"
    UNEXPECTED = "unexpected"
    SETTINGS = "settings"
    NO_WORKER = "no_worker"
    WORKER_SILENT = "worker_silent"
    ASKED_BACK = "asked_back"
    OUTBOX_NOT_WRITABLE = "outbox_not_writable"
    SMTP_KEY_REFUSED = "smtp_key_refused"
    SMTP_SENDER_REFUSED = "smtp_sender_refused"
    SMTP_UNWELCOME = "smtp_unwelcome"
    SMTP_NOT_NOW = "smtp_not_now"
    SMTP_NOT_OFFERED = "smtp_not_offered"
    SMTP_TOO_LARGE = "smtp_too_large"
    SMTP_NOT_TRUSTED = "smtp_not_trusted"
    SMTP_UNREACHABLE = "smtp_unreachable"
    SMTP_HANGS_UP = "smtp_hangs_up"
    SMTP_LIMIT = "smtp_limit"
    SENDGRID_KEY_REFUSED = "sendgrid_key_refused"
    SENDGRID_MAIL_REFUSED = "sendgrid_mail_refused"
    SENDGRID_STUMBLES = "sendgrid_stumbles"
    SENDGRID_ASKS_TO_WAIT = "sendgrid_asks_to_wait"
    SENDGRID_UNREACHABLE = "sendgrid_unreachable"
    SMTP_UNREACHABLE_LONG = "smtp_unreachable_long"
    SENDGRID_UNREACHABLE_LONG = "sendgrid_unreachable_long"
    OUTSIDE_HOURS = "outside_hours"
    DOMAIN_RATE = "domain_rate"
    PROVIDER_CLOSED = "provider_closed"
    HOUR_FULL = "hour_full"
    DAY_FULL = "day_full"
    MANY_UNKNOWN = "many_unknown"
    MANY_BLOCKED = "many_blocked"
    MANY_REFUSED = "many_refused"
    MANY_BOUNCED = "many_bounced"
    MANY_COMPLAINTS = "many_complaints"


@dataclass(frozen=True)
class Saying:
    """Two sentences; ``%(name)s`` is a place for a value of that name."""

    what: str  # what happened
    do: str = ""  # what a person can do; "" when it goes on by itself


SAYINGS: Mapping[Code, Saying] = {
    Code.SAID: Saying("%(words)s"),
    Code.PAUSED_BY: Saying("Paused by %(who)s."),
    Code.CANCELLED_BY: Saying("Stopped by %(who)s."),
    Code.TOO_LATE: Saying(
        "It should have started %(minutes)s minutes ago, and no worker was running.",
        "Resume it to send now, or cancel it.",
    ),
    Code.BLOCKED: Saying(
        "Preflight blocks it: %(words)s", "Mend that, then resume it, or cancel it."
    ),
    Code.UNEXPECTED: Saying(
        "Sending failed unexpectedly (%(kind)s).",
        "Look in the worker's log, then resume the mailing.",
    ),
    Code.SETTINGS: Saying(
        "Settings: %(words)s",
        "The worker reads them when it starts: start it again, then resume.",
    ),
    Code.NO_WORKER: Saying(
        "Mails lie ready (%(minutes)s min) and nobody sends them: no worker is "
        "running.",
        "Start `buurtpost worker` or `buurtpost serve`; it goes on by itself then.",
    ),
    Code.WORKER_SILENT: Saying(
        "A worker has mails in hand (%(count)s) and was not heard of for %(minutes)s "
        "min.",
        "Start a worker on the same machine: it takes over at once. When that machine "
        "is gone another takes over by itself once the lease has run out; of those "
        "mails we then do not know whether they arrived.",
    ),
    Code.ASKED_BACK: Saying(
        "Mail servers asked us to come back later, for %(count)s of the readers."
    ),
    Code.OUTBOX_NOT_WRITABLE: Saying(
        "The outbox %(folder)s cannot be written: %(words)s.",
        "Make room or mend its permissions, then resume.",
    ),
    Code.SMTP_KEY_REFUSED: Saying(
        "The mail server %(relay)s refuses the user or password: '%(words)s'.",
        "Correct them in BUURTPOST_SMTP_URL, then resume.",
    ),
    Code.SMTP_SENDER_REFUSED: Saying(
        "The mail server %(relay)s does not let us send: '%(words)s'.",
        "Check BUURTPOST_SMTP_URL and that the server may send for the From address "
        "and BUURTPOST_BOUNCE_DOMAIN.",
    ),
    Code.SMTP_UNWELCOME: Saying(
        "The mail server %(relay)s does not let us in: '%(words)s'.",
        "Check BUURTPOST_SMTP_URL.",
    ),
    Code.SMTP_NOT_NOW: Saying(
        "The mail server %(relay)s does not let us in: '%(words)s'."
    ),
    Code.SMTP_NOT_OFFERED: Saying(
        "The mail server %(relay)s does not offer what BUURTPOST_SMTP_URL asks for: "
        "%(words)s.",
        "For a relay on this machine tls=none may be right.",
    ),
    Code.SMTP_TOO_LARGE: Saying(
        "The mail is %(size)s bytes and the mail server %(relay)s takes at most "
        "%(most)s.",
        "Make the issue shorter, or let the server take larger mails.",
    ),
    Code.SMTP_NOT_TRUSTED: Saying(
        "The certificate of the mail server %(relay)s is not trusted: %(words)s.",
        "Mend it, or name its authority with ca=FILE in BUURTPOST_SMTP_URL.",
    ),
    Code.SMTP_UNREACHABLE: Saying(
        "The mail server %(relay)s cannot be reached: %(words)s"
    ),
    Code.SMTP_HANGS_UP: Saying("The mail server %(relay)s hangs up on us: %(words)s"),
    Code.SMTP_LIMIT: Saying(
        "The mail server %(relay)s takes no more from us for now: '%(words)s'."
    ),
    Code.SENDGRID_KEY_REFUSED: Saying(
        "SendGrid refuses the key: '%(words)s'.",
        "Correct SENDGRID_API_KEY (it must be allowed to send mail), then resume.",
    ),
    Code.SENDGRID_MAIL_REFUSED: Saying(
        "SendGrid does not take this mail: '%(words)s'.",
        "Check the From address and SENDGRID_HOST, then resume.",
    ),
    Code.SENDGRID_STUMBLES: Saying(
        "SendGrid did not answer as it should: %(words)s",
    ),
    Code.SENDGRID_ASKS_TO_WAIT: Saying("SendGrid asks us to wait: %(words)s"),
    Code.SENDGRID_UNREACHABLE: Saying("SendGrid cannot be reached: %(words)s"),
    Code.SMTP_UNREACHABLE_LONG: Saying(
        "The mail server %(relay)s has not been of use for %(minutes)s minutes: "
        "%(words)s",
        "Look whether it runs, and whether BUURTPOST_SMTP_URL names it. The mailing "
        "goes on by itself.",
    ),
    Code.SENDGRID_UNREACHABLE_LONG: Saying(
        "SendGrid has not been of use for %(minutes)s minutes: %(words)s",
        "Look at its status page and at SENDGRID_HOST. The mailing goes on by itself.",
    ),
    Code.OUTSIDE_HOURS: Saying("Mailings are sent between %(opens)s and %(closes)s."),
    Code.DOMAIN_RATE: Saying(
        "%(count)s readers wait for the rate that is set for their mail provider."
    ),
    Code.PROVIDER_CLOSED: Saying("The provider said that it takes no more for now."),
    Code.HOUR_FULL: Saying(
        "The provider takes about %(most)s mails an hour, as it said before. It has "
        "had those.",
        "If that is no longer true: pause it and resume it, and it is tried again.",
    ),
    Code.DAY_FULL: Saying(
        "The provider takes about %(most)s mails a day, as it said before. It has had "
        "those.",
        "If that is no longer true: pause it and resume it, and it is tried again.",
    ),
    Code.MANY_UNKNOWN: Saying(
        "Of the last %(answers)s answers %(count)s were that there is no such reader.",
        "Whoever mails such a list is soon blocked. Look where these addresses came "
        "from; resume when you trust the others.",
    ),
    Code.MANY_BLOCKED: Saying(
        "Of the last %(answers)s mails %(count)s were refused, mostly because of who "
        "sends them: '%(words)s'.",
        "Mend what the receivers name (SPF, DKIM, a block list), resume, and then try "
        "those who were refused again.",
    ),
    Code.MANY_REFUSED: Saying(
        "Of the last %(answers)s mails %(count)s were refused: '%(words)s'.",
        "Find out why, resume, and then try those who were refused again.",
    ),
    Code.MANY_BOUNCED: Saying(
        "Of %(answers)s mails that were taken %(count)s came back.",
        "Whoever goes on is soon blocked. Look where these addresses came from; resume "
        "when you trust the others.",
    ),
    Code.MANY_COMPLAINTS: Saying(
        "%(count)s of %(answers)s readers reported this mail as spam.",
        "More than three of a thousand get a sender blocked. Ask yourself whether "
        "these readers know that they asked for it, then resume or cancel.",
    ),
}


@dataclass(frozen=True)
class Reason:
    """One thing that happened, ready to be kept and to be said."""

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)
    until: datetime | None = None  # when it goes on by itself; None: not known

    def what(self, say: "Say | None" = None) -> str:
        return (say or _english)(SAYINGS[self.code].what, self.values)

    def do(self, say: "Say | None" = None) -> str:
        """What a person can do; "" when there is nothing to do."""
        do = SAYINGS[self.code].do
        return (say or _english)(do, self.values) if do else ""

    def __str__(self) -> str:
        return f"{self.what()} {self.do()}".strip()

    def stored(self) -> str:
        """As it is kept in a row."""
        document: dict[str, Any] = {"code": self.code.value}
        if self.values:
            document["values"] = dict(self.values)
        if self.until is not None:
            document["until"] = self.until.astimezone(UTC).isoformat()
        return json.dumps(document, ensure_ascii=False)


# Fills in a saying in some language.
Say = Callable[[str, Mapping[str, Value]], str]


def reason(code: Code, until: datetime | None = None, **values: Value) -> Reason:
    return Reason(code, values, until)


def said(words: str) -> Reason:
    """A sentence that is in nobody's table."""
    return Reason(Code.SAID, {"words": words})


def read_reason(text: str) -> Reason | None:
    """What ``stored`` wrote. None for an empty text.

    A row of before the table, or of a later version, is said as it stands.
    """
    if not text:
        return None
    try:
        document = json.loads(text)
        until = document.get("until")
        return Reason(
            Code(document["code"]),
            document.get("values", {}),
            datetime.fromisoformat(until) if until else None,
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        return said(text)


def _english(saying: str, values: Mapping[str, Value]) -> str:
    return saying % {
        name: f"{value:,}" if isinstance(value, int) else value
        for name, value in values.items()
    }
