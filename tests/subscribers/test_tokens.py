from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from subscribers.tokens import Purpose, Signer
from tests.conftest import NOW

signer = Signer((b"first key", b"an older key"))
numbers = some.lists(some.integers(0, 2**63), max_size=4)


@given(some.sampled_from(Purpose), numbers)
def test_what_was_signed_is_read_back(purpose, numbers):
    assert signer.read(purpose, signer.sign(purpose, *numbers), now=NOW) == tuple(
        numbers
    )


@given(some.integers(0, 2**40), some.lists(some.integers(0, 2**62), max_size=5))
def test_a_series_signs_as_one_by_one_does(mailing, seqs):
    for purpose in Purpose:
        sign = signer.series(purpose, mailing)
        assert [sign(seq) for seq in seqs] == [
            signer.sign(purpose, mailing, seq) for seq in seqs
        ]


@pytest.mark.parametrize("other", [Purpose.PREFERENCES, Purpose.DETAILS])
def test_a_token_to_leave_opens_nothing_else(other):
    assert signer.read(other, signer.sign(Purpose.LEAVE, 12, 345), now=NOW) is None


def test_every_altered_sign_is_found():
    token = signer.sign(Purpose.LEAVE, 12, 345)

    for place in range(len(token)):
        for sign in "AB_-é=/ ":
            altered = token[:place] + sign + token[place + 1 :]
            if altered != token:
                assert signer.read(Purpose.LEAVE, altered, now=NOW) is None


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("until", [None, NOW + timedelta(hours=1)])
def test_one_bit_altered_is_another_token(purpose, until):
    token = signer.sign(purpose, 12, 345, until=until)
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))

    for bit in range(8 * len(raw)):
        altered = bytearray(raw)
        altered[bit // 8] ^= 1 << bit % 8
        text = urlsafe_b64encode(altered).decode().rstrip("=")
        assert signer.read(purpose, text, now=NOW) is None


def test_a_later_end_or_another_readers_number_cannot_be_written_in():
    mine = signer.sign(Purpose.DETAILS, 7, until=NOW + timedelta(hours=1))
    theirs = signer.sign(Purpose.DETAILS, 8, until=NOW + timedelta(hours=2))

    for cut in range(len(mine)):
        mixed = {theirs[:cut] + mine[cut:], mine[:cut] + theirs[cut:]} - {mine, theirs}
        for token in mixed:
            assert signer.read(Purpose.DETAILS, token, now=NOW) is None


@given(some.text(max_size=60))
def test_nonsense_is_no_token(text):
    assert signer.read(Purpose.CONFIRM, text, now=NOW) is None


@pytest.mark.parametrize("tail", ["A", "=", "==", "\n", "%20", "A" * 2000])
def test_a_longer_token_is_another_token(tail):
    token = signer.sign(Purpose.LEAVE, 12, 345)

    assert signer.read(Purpose.LEAVE, token + tail, now=NOW) is None


def test_a_token_expires():
    token = signer.sign(Purpose.DETAILS, 7, until=NOW + timedelta(hours=1))

    assert signer.read(Purpose.DETAILS, token, now=NOW) == (7,)
    assert signer.read(Purpose.DETAILS, token, now=NOW + timedelta(hours=1)) is None


def test_a_replaced_key_still_reads_but_no_longer_signs():
    old, renewed = Signer((b"old",)), Signer((b"new", b"old"))

    assert renewed.read(Purpose.LEAVE, old.sign(Purpose.LEAVE, 1, 2), now=NOW) == (1, 2)
    assert old.read(Purpose.LEAVE, renewed.sign(Purpose.LEAVE, 1, 2), now=NOW) is None


def test_a_token_fits_a_header_and_is_safe_in_an_address():
    token = signer.sign(Purpose.LEAVE, 99_999, 50_000_000, until=NOW)

    assert len(token) <= 40
    assert token.replace("-", "").replace("_", "").isalnum()
