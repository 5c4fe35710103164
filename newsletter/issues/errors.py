"""What can be wrong with an issue. Each is one sentence: what, which, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

from newsletter.errors import NewsletterError


class IssueError(NewsletterError):
    """The family."""


class UnknownIssue(IssueError):
    def __init__(self, number: object, known: Iterable[int]) -> None:
        numbers = ", ".join(str(known_number) for known_number in known) or "none yet"
        super().__init__(f"There is no issue {number}. There are: {numbers}.")
        self.number = number


class BadIssue(IssueError):
    """The issue's own fields, or its file, are not what they must be."""


class BadBlock(IssueError):
    """One block is not what its kind must be; ``block`` is its id."""

    def __init__(self, block: str, sentence: str) -> None:
        super().__init__(f"Block {block}: {sentence}")
        self.block = block


class BadEdition(IssueError):
    """One edition is not what it must be; ``edition`` is its key."""

    def __init__(self, edition: str, sentence: str) -> None:
        super().__init__(f"Edition {edition}: {sentence}")
        self.edition = edition


class UnknownBlock(IssueError):
    def __init__(self, number: int, block: str, known: Iterable[str]) -> None:
        super().__init__(
            f"Issue {number} has no block {block}. "
            f"It has: {', '.join(known) or 'none'}."
        )


class IssueFrozen(IssueError):
    """What was mailed is never changed again."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Issue {number} has a mailing, so it stays as it is. "
            "Make a new issue with another number."
        )


class ChangedMeanwhile(IssueError):
    """Somebody else saved first; nothing of theirs is overwritten."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Somebody else changed issue {number} meanwhile. "
            "Nothing was overwritten: look at the newest version and try again."
        )


class UnknownVersion(IssueError):
    def __init__(self, number: int, version: int) -> None:
        super().__init__(
            f"Issue {number} has no version {version}. "
            f"`buurtpost issues history {number}` lists those that are kept."
        )


class NothingToUndo(IssueError):
    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"In issue {number} there is nothing to be {what}.")


class UnknownTemplate(IssueError):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"There is no template {name!r}. There are: {', '.join(known) or 'none'}."
        )


class TooManyVariants(IssueError):
    """The rules ask for more versions than anybody can check."""


def unknown_field(name: object, known: Iterable[str]) -> str:
    """The sentence for a field nobody knows, with the one that was meant."""
    fields = list(known)
    close = get_close_matches(str(name), fields, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"there is no field {str(name)!r}.{meant} Use: {', '.join(fields)}."
