"""Reasons: kept as a code with values, said by one table in every language."""

import re
from datetime import UTC, datetime

import pytest

from newsletter.language import LANGUAGES, translations
from newsletter.reasons import SAYINGS, Code, Reason, read_reason, reason, said
from tests.web.catalogues import assert_complete, catalogue, problems

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SENTENCES = {
    sentence
    for saying in SAYINGS.values()
    for sentence in (saying.what, saying.do)
    if sentence
}


def test_every_code_has_its_saying():
    assert set(SAYINGS) == set(Code)


def test_every_sentence_is_there_in_dutch_and_no_other():
    assert_complete(catalogue("nl", "reasons"), SENTENCES)
    assert problems(catalogue("nl", "reasons")) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", Code)
def test_every_reason_can_be_said(language: str, code: Code) -> None:
    say = translations(language, "reasons").gettext
    saying = SAYINGS[code]
    places = re.findall(r"%\((\w+)\)s", saying.what + saying.do)

    for sentence in (saying.what, saying.do):
        assert "%" not in (say(sentence) if sentence else "") % dict.fromkeys(
            places, "x"
        )


@pytest.mark.parametrize(
    "one",
    [
        reason(Code.PAUSED_BY, who="anna@buurtwijs.example"),
        reason(Code.SMTP_TOO_LARGE, relay="relay:25", size=12_000, most=10_000),
        reason(Code.SENDGRID_ASKS_TO_WAIT, words="429 “wait”", until=NOON),
        said('{"a": "brace"}'),
    ],
)
def test_what_is_stored_is_read_back(one: Reason) -> None:
    assert read_reason(one.stored()) == one


@pytest.mark.parametrize(
    "text",
    [
        "SendGrid refuses the key. Correct it.",  # of before the table
        '{"code": "of-a-later-version"}',
        '{"words": "no code"}',
        "[]",
        "12",
    ],
)
def test_what_nobody_knows_is_said_as_it_stands(text: str) -> None:
    assert str(read_reason(text)) == text


def test_nothing_stored_is_no_reason():
    assert read_reason("") is None


def test_in_english_it_says_what_happened_and_what_to_do():
    one = reason(Code.SMTP_TOO_LARGE, relay="relay:25", size=12_000, most=10_000)

    assert str(one) == (
        "The mail is 12,000 bytes and the mail server relay:25 takes at most 10,000. "
        "Make the issue shorter, or let the server take larger mails."
    )
