"""What may be done with a partner's pieces: kept, changed, refused."""

from datetime import date

import pytest

from newsletter.partners.terms import (
    FREE,
    BadTerms,
    Terms,
    Text,
    change,
    read_terms,
)

STRICT = Terms(
    text=Text.TEASER,
    headline_may_change=False,
    until=date(2026, 12, 31),
    not_for=frozenset({"wijk"}),
    pass_on=True,
)


@pytest.mark.parametrize("terms", [Terms(), FREE, STRICT])
def test_terms_are_kept_as_a_document(terms):
    assert read_terms(terms.to_document()) == terms


def test_what_nobody_said_is_ordinary():
    assert read_terms({}) == read_terms(None) == Terms()
    assert Terms().to_document() == {}


@pytest.mark.parametrize(
    ("day", "over"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)]
)
def test_the_last_day_is_within(day, over):
    assert STRICT.is_over(day) is over
    assert not Terms().is_over(day)


def test_only_what_is_given_changes():
    changed = change(STRICT, until="", not_for=["lpb"], known=["lpb"])

    assert changed.until is None
    assert changed.not_for == {"lpb"}
    assert (changed.text, changed.headline_may_change) == (Text.TEASER, False)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text": "half"}, "is not how much may be shown. Use: full, teaser"),
        ({"until": "morgen"}, "is not a day"),
        ({"not_for": ["wat"]}, "There is no partner 'wat'"),
    ],
)
def test_what_is_wrong_is_named(wrong, words):
    with pytest.raises(BadTerms, match=words):
        change(Terms(), **wrong, known=["lpb"])
