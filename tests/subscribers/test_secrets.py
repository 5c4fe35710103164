import hmac

from hypothesis import given
from hypothesis import strategies as some

from subscribers.secrets import key_for, keyed_hash


def test_a_key_is_made_once(session):
    assert key_for(session, "new") == key_for(session, "new")
    assert key_for(session, "other") != key_for(session, "new")


@given(some.binary(max_size=150), some.lists(some.binary(max_size=200), max_size=3))
def test_the_quick_hash_is_hmac_sha256(key, messages):
    quick = keyed_hash(key)

    for message in messages:
        assert quick(message) == hmac.digest(key, message, "sha256")
