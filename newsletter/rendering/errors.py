"""What can be wrong in making a mail out of values."""

from newsletter.errors import NewsletterError


class RenderingError(NewsletterError):
    """A sentence naming the block or template that cannot be rendered."""


class TooDeep(RenderingError):
    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This text has more than {limit} elements inside each other. "
            "Take the nested ones out, or paste it as plain text."
        )


class TooLong(RenderingError):
    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"This text has {length:,} characters; at most {limit:,} fit. Split it."
        )
