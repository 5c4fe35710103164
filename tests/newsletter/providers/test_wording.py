"""Text from outside that may stand in a header, a log or the ledger."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.providers.wording import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Anna de Vries", "Anna de Vries"),
        ("  Zoë\u00a0 Ünal ", "Zoë Ünal"),
        ("Anna\r\nBcc: ben@example.nl", "Anna Bcc: ben@example.nl"),
        ("a\x00b\x7fc\td\u2028e\u0085f", "a b c d e f"),
        ("\u202eannA\u202c", "annA"),
        ("half \ud83d", "half ?"),
        ("👩🏽\u200d🌾 Boerin Trui", "👩🏽\u200d🌾 Boerin Trui"),
        ("نورة الأحمد", "نورة الأحمد"),
        (" \n ", ""),
    ],
)
def test_a_text_becomes_one_line(text, line):
    assert one_line(text) == line


@given(st.text())
def test_a_line_cannot_end_a_header_or_turn_one_around(text):
    line = one_line(text)

    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert line == line.strip()
    assert one_line(line) == line
