"""What can be wrong with a file of readers as a whole, and with one line of it."""

from dataclasses import dataclass

from subscribers.errors import SubscribersError


class BadFile(SubscribersError):
    """The file cannot be read as readers; nothing of it was taken."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line that was not taken, and why."""

    line: int  # where it begins, counted from 1: the header
    column: str  # as the file calls it; "" when the line as a whole is wrong
    value: str  # what stood there, cut off
    reason: str
