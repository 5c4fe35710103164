"""What can be wrong with an approval. Each is one sentence: what, which, what to do."""

from collections.abc import Sequence

from newsletter.errors import NewsletterError
from newsletter.preflight import Findings


class WorkflowError(NewsletterError):
    """The family."""


class Blocked(WorkflowError):
    """A start, or an approval, is refused; ``findings`` say what to mend."""

    def __init__(self, number: int, findings: Findings) -> None:
        self.findings = findings
        self.named = " ".join(
            f"[{one.check}] {one.message}" for one in findings.blocking
        )
        super().__init__(
            f"Issue {number} cannot go out yet, preflight blocks it: {self.named} "
            f"`buurtpost issues check {number}` says more."
        )


class NotApproved(WorkflowError):
    """The start is refused: other people must approve first."""

    def __init__(
        self, number: int, *, needed: int, counted: Sequence[str], void: Sequence[str]
    ) -> None:
        self.needed = needed
        self.counted = counted  # who approved what would be mailed now
        self.void = void  # a sentence each: whose approval does not count, and why
        there = ", ".join(counted) or "nobody yet"
        reasons = "".join(f"{sentence} " for sentence in void)
        super().__init__(
            f"Issue {number} cannot start: {needed} other people must approve it, and "
            f"{there} did. {reasons}"
            f"Ask for it with `buurtpost issues invite {number} EMAIL`, or let staff "
            f"use `buurtpost issues approve {number} --by EMAIL`."
        )


class NotAsSeen(WorkflowError):
    """It was changed between looking and approving."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Issue {number} was changed since you looked at it. Look once more, then "
            "approve."
        )


class NothingToWithdraw(WorkflowError):
    def __init__(self, number: int, by: str) -> None:
        super().__init__(f"{by} has not approved issue {number}.")


class UnknownLink(WorkflowError):
    def __init__(self, number: int, email: str) -> None:
        super().__init__(
            f"Nobody at {email} has an open link to approve issue {number}. "
            f"`buurtpost issues approvals {number}` says who has."
        )


class LinkEnded(WorkflowError):
    """It was taken back, or its time was over, since it was opened."""

    def __init__(self) -> None:
        super().__init__("This link no longer works. Ask the editors for a new one.")


class BadRemark(WorkflowError):
    """A remark is too long, about no block, or one too many."""
