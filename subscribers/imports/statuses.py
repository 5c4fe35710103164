"""What a file can say of a subscription, in our words and in others'."""

from collections.abc import Mapping
from enum import StrEnum


class RowStatus(StrEnum):
    """What a file says of a reader's subscription."""

    CONFIRMED = "confirmed"  # may be mailed, if there is proof
    PENDING = "pending"  # asked, never confirmed
    ENDED = "ended"  # left
    SUPPRESSED = "suppressed"  # must never be mailed
    BOUNCED = "bounced"  # the mailbox does not exist
    COMPLAINED = "complained"  # pressed "spam"


# Other systems' words, folded. Whatever is not plainly yes is not mailed.
WORDS: Mapping[str, RowStatus] = {
    **{status.value: status for status in RowStatus},
    **dict.fromkeys(
        ("active", "actief", "subscribed", "enabled", "ingeschreven", "aangemeld",
         "bevestigd"),
        RowStatus.CONFIRMED,
    ),
    **dict.fromkeys(
        ("unconfirmed", "onbevestigd", "nietbevestigd", "quarantined"),
        RowStatus.PENDING,
    ),
    **dict.fromkeys(
        ("unsubscribed", "uitgeschreven", "afgemeld", "beeindigd", "inactive",
         "inactief", "disabled", "archived", "deleted", "verwijderd"),
        RowStatus.ENDED,
    ),
    **dict.fromkeys(
        ("blocklisted", "blacklisted", "blocked", "geblokkeerd"), RowStatus.SUPPRESSED
    ),
    **dict.fromkeys(
        ("cleaned", "bounce", "hardbounce", "opgeschoond"), RowStatus.BOUNCED
    ),
    **dict.fromkeys(
        ("complaint", "spam", "spamcomplaint", "klacht"), RowStatus.COMPLAINED
    ),
}  # fmt: skip
