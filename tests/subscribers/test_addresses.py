import pytest
from hypothesis import given
from hypothesis import strategies as some

from subscribers.addresses import BadAddress, hash_address, normalise


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@example.nl", "anna@example.nl"),
        ("  Anna@Example.NL\r\n", "anna@example.nl"),
        ("anna+buurt@example.nl", "anna+buurt@example.nl"),
        ("o'brien@sub.example.co.uk", "o'brien@sub.example.co.uk"),
        ("ben@Exämple.nl", "ben@xn--exmple-cua.nl"),
        ("ben@xn--exmple-cua.nl", "ben@xn--exmple-cua.nl"),
    ],
)
def test_an_address_has_one_form(typed, kept):
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "@example.nl",
        "anna@",
        "anna@example",
        "anna@.nl",
        "anna@example..nl",
        "anna@192.0.2.1",
        "an na@example.nl",
        "anna@exam ple.nl",
        ".anna@example.nl",
        "anna.@example.nl",
        "an..na@example.nl",
        '"anna"@example.nl',
        "anna@ben@example.nl",
        "jän@example.nl",
        "Anna <anna@example.nl>",
        "anna@example.nl\r\nBcc: ben@example.nl",
        "anna@-example.nl",
        "a" * 65 + "@example.nl",
        "anna@" + "a" * 64 + ".nl",
        "anna@" + "a.b" * 90 + ".nl",
        "anna@\u2060.nl",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(typed):
    with pytest.raises(BadAddress, match="is not an e-mail address we can mail"):
        normalise(typed)


@given(some.text(max_size=80))
def test_whatever_is_typed_is_either_refused_or_in_its_final_form(typed):
    try:
        address = normalise(typed)
    except BadAddress:
        return
    assert normalise(address) == address
    assert address.isascii()
    assert not any(sign.isspace() for sign in address)


def test_the_hash_needs_the_key():
    one = hash_address(b"k" * 32, "anna@example.nl")

    assert len(one) == 32
    assert one == hash_address(b"k" * 32, "anna@example.nl")
    assert one != hash_address(b"l" * 32, "anna@example.nl")
