"""What can be wrong with a mailing; each sentence names it and what to do."""

from newsletter.errors import NewsletterError


class MailingError(NewsletterError):
    """The family: a door shows its text and changes nothing."""


class NoMailing(MailingError):
    def __init__(self, number: int) -> None:
        super().__init__(
            f"Issue {number} has no mailing yet. Start one with "
            f"`buurtpost mailings start {number}`."
        )


class AlreadyStarted(MailingError):
    """A second start: the first one stands, and nobody is mailed twice."""


class NotNowPossible(MailingError):
    """The mailing's state does not allow this."""


class BadMoment(MailingError):
    """The moment to start at is past, unreadable or does not exist."""


class TestNotTaken(MailingError):
    """The provider did not take a test mail; the sentence has its words."""

    __test__ = False  # pytest must not collect it by its name


class ForbiddenMove(MailingError):
    def __init__(self, come_from: str, to: str) -> None:
        super().__init__(f"A delivery never goes from {come_from} to {to}.")


class FreezeFailed(MailingError):
    """The readers kept changing while the audience was being frozen."""
