"""What a rule can be put together from, as data: for a page, a script, another desk."""

from typing import Any

from sqlalchemy.orm import Session

from subscribers.segments.fields import FIELDS


def fields(session: Session, language: str) -> list[dict[str, Any]]:
    """Every field in the order of a sentence: what it is called, says and may be given.

    ``choices`` is None where any day fits, written as 2027-01-15.
    """
    return [
        {
            "field": field.key,
            "label": field.label[language],
            "yes": field.says[language].yes,
            "no": field.says[language].no,
            "choices": [
                {"value": value, "label": label}
                for value, label in field.choices(session, language)
            ]
            if field.choices
            else None,
        }
        for field in FIELDS
    ]
