"""What can be wrong with staff."""

from newsletter.errors import NewsletterError


class StaffError(NewsletterError):
    """The family: a door shows its text and changes nothing."""


class UnknownStaff(StaffError):
    def __init__(self, email: str) -> None:
        super().__init__(
            f"Nobody on the staff has the address {email}. Add them first with "
            f"`buurtpost staff add {email} --role editor`."
        )


class StaffExists(StaffError):
    def __init__(self, email: str, role: str) -> None:
        super().__init__(
            f"{email} is on the staff already, as {role}. Give that same role, region "
            "and partner to print a new sign-in link."
        )


class NotAllowed(StaffError):
    def __init__(self, by: str, role: str, act: str) -> None:
        super().__init__(
            f"{by} is {role} and may not do this ({act}). Ask a chief editor or the "
            "operator."
        )


class WrongReach(StaffError):
    """A board needs a region, a partner's people need a partner; nobody else does."""
