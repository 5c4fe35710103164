"""An issue's own few fields: number, subject, preheader, language."""

from newsletter.issues.blocks.fields import clean
from newsletter.issues.errors import BadIssue
from newsletter.language import LANGUAGES

MOST_SUBJECT = 200
MOST_PREHEADER = 250
LARGEST_NUMBER = 2_000_000_000  # what the column holds


def check_number(number: object) -> int:
    """Raise BadIssue unless it can be an issue's number."""
    if type(number) is not int or not 0 < number <= LARGEST_NUMBER:
        raise BadIssue(
            f"An issue's number is a whole number from 1 to {LARGEST_NUMBER}, "
            f"not {number!r}."
        )
    return number


def read_line(name: str, value: object, *, most: int) -> str:
    """One line of the issue's own text. Raises BadIssue naming it."""
    if not isinstance(value, str):
        raise BadIssue(f"The issue's {name} must be text in quotes, not {value!r}.")
    try:
        text = clean(value, lines=False)
    except ValueError as error:
        raise BadIssue(f"The issue's {name} {error}") from None
    if len(text) > most:
        raise BadIssue(
            f"The issue's {name} has {len(text)} characters; {most} is the most."
        )
    return text


def read_language(value: object) -> str:
    if value not in LANGUAGES:
        raise BadIssue(
            f"The issue's language is one of {', '.join(LANGUAGES)}, not {value!r}."
        )
    assert isinstance(value, str)
    return value
