"""A subquery whose columns are worked out once a row."""

from sqlalchemy import GenerativeSelect, Subquery


def fenced(query: GenerativeSelect, name: str) -> Subquery:
    """The subquery, kept apart by both databases: OFFSET 0 forbids folding it in.

    Folded in, an expression is evaluated wherever its column is used. A reason asked
    for six times had PostgreSQL look through a million consent records six times:
    105 seconds instead of 17.
    """
    return query.offset(0).subquery(name)
