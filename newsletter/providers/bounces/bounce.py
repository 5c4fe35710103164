"""What one returned mail says."""

from dataclasses import dataclass
from enum import StrEnum


class BounceKind(StrEnum):
    HARD = "hard"  # there is no such mailbox
    SOFT = "soft"  # not this time: full, refused for its content, given up
    COMPLAINT = "complaint"  # a reader's provider says they called it spam
    AUTO_REPLY = "auto_reply"  # out of office: nothing came back at all
    NONE = "none"  # no failure: a delay, a receipt, an ordinary mail


@dataclass(frozen=True)
class Bounce:
    kind: BounceKind
    address: str | None  # whom it is about, by the report
    status: str  # "5.1.1"; "" when no server said
    diagnostic: str  # the server's words on one line
    delivery: str | None  # ours, only when its seal is genuine
    message_id: str = ""  # of the report itself: the same one twice is one


class UnreadableMail(Exception):
    """It is no mail, or none that is safe to read; the message is a sentence's end."""
