"""For every check: an issue it fails on, and one it passes."""

from tests.newsletter.preflight.examples import pieces, sending, words
from tests.newsletter.preflight.looked_over import Check, Example

EXAMPLES: dict[Check, Example] = {
    **words.EXAMPLES,
    **pieces.EXAMPLES,
    **sending.EXAMPLES,
}
