"""What a session's errors say."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError


def test_an_error_does_not_quote_the_values_of_its_statement(session):
    """It ends up in a log, and no address may."""
    statement = text("select no_such_column where :address <> ''")

    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.execute(statement, {"address": "anna@example.nl"})

    assert "no_such_column" in str(refused.value)
    assert "anna@example.nl" not in str(refused.value)
