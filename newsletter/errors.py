"""The family of everything that can be wrong in making and sending."""


class NewsletterError(Exception):
    """A door shows its text and changes nothing: what, which one, what to do."""
