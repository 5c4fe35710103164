"""What can be wrong with what people tell us about themselves.

Every message is for the person who must act: what, which one, what to do.
"""


class SubscribersError(Exception):
    """The family: a door shows its text and changes nothing."""
