"""Why a correction is not sent; each sentence says what to do."""

from collections.abc import Iterable

from newsletter.dispatch.errors import MailingError


class CorrectionError(MailingError):
    """The family."""


class NothingToCorrect(CorrectionError):
    def __init__(self, number: int) -> None:
        super().__init__(
            f"Issue {number} was not mailed yet, so nobody has anything to be put "
            "right. Change the issue itself."
        )


class UnknownItem(CorrectionError):
    def __init__(self, number: int, item: str, known: Iterable[str]) -> None:
        super().__init__(
            f"Issue {number} has no item {item!r}. It has: "
            f"{', '.join(known) or 'none'}."
        )


class NobodyHadIt(CorrectionError):
    def __init__(self, number: int, item: str) -> None:
        super().__init__(
            f"{item!r} stood in no version of issue {number} that was mailed, so "
            "nobody has it and the archive does not show it."
        )


class BadText(CorrectionError):
    """The text is empty or too long."""


class AlreadyCorrected(CorrectionError):
    def __init__(self, number: int, item: str, correction: int) -> None:
        super().__init__(
            f"This is what correction {correction} of issue {number} says of {item!r} "
            "already. Nobody gets it twice; write another text if it needs another."
        )


class CorrectedMeanwhile(CorrectionError):
    def __init__(self, number: int) -> None:
        super().__init__(
            f"Somebody else sent a correction of issue {number} just now. Look at what "
            "it says, then send yours if it is still needed."
        )


class NoCorrection(CorrectionError):
    def __init__(self, number: int, correction: int, known: int) -> None:
        there = (
            "It has none."
            if known == 0
            else "It has one: 1."
            if known == 1
            else f"It has {known}: 1 to {known}."
        )
        super().__init__(f"Issue {number} has no correction {correction}. {there}")
