"""SendGrid's words become ours; recorded posts, and anything else."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.providers.events import short
from newsletter.providers.sendgrid.events import NotEvents, read_events
from tests.conftest import NOW

PAYLOADS = Path(__file__).parents[2] / "payloads" / "sendgrid"
MEANS = [
    ("processed", "taken", ""),
    ("deferred", "taken", ""),
    ("delivered", "delivered", ""),
    ("bounce-invalid-address", "hard_bounce", "5.1.1"),
    ("bounce-that-lost-our-id", "hard_bounce", "5.1.1"),
    ("bounce-without-classification", "hard_bounce", "5.2.1"),
    ("bounce-mailbox-full", "soft_bounce", "5.2.2"),
    ("bounce-blocked", "soft_bounce", "5.7.1"),
    ("bounce-our-sender", "soft_bounce", "5.1.8"),
    ("dropped", "dropped", ""),
    ("official-vector", "dropped", ""),
    ("spamreport", "complaint", ""),
    ("unsubscribe", "left", ""),
    ("group_unsubscribe", "left", ""),
    ("open", "unknown", ""),
    ("something-new", "unknown", ""),
]


@pytest.mark.parametrize(("payload", "kind", "status"), MEANS)
def test_a_recorded_post_means(payload: str, kind: str, status: str) -> None:
    (event,) = read_events((PAYLOADS / f"{payload}.json").read_bytes(), now=NOW)

    assert (event.kind, event.status) == (kind, status)


def test_every_recorded_post_stands_in_the_table() -> None:
    recorded = {path.stem for path in PAYLOADS.glob("*.json")}

    assert recorded == {payload for payload, _kind, _status in MEANS}


def test_an_event_carries_our_id_its_own_and_its_time() -> None:
    (event,) = read_events((PAYLOADS / "delivered.json").read_bytes(), now=NOW)

    assert event.delivery == "1-1"
    assert event.key == "ZGVsaXZlcmVkLTE"
    assert event.at == datetime.fromtimestamp(1795167000, UTC)


def test_a_servers_words_are_kept_without_the_address_in_them() -> None:
    body = (PAYLOADS / "bounce-invalid-address.json").read_bytes()
    (event,) = read_events(body, now=NOW)

    assert "User unknown" in event.detail
    assert "@" not in event.detail


def test_without_an_id_the_same_event_has_the_same_key() -> None:
    words = {
        "event": "delivered",
        "email": "a@b.nl",
        "timestamp": 1,
        "bw_delivery": "1-2",
    }
    one = read_events(json.dumps([words]).encode(), now=NOW)
    again = read_events(json.dumps([words]).encode(), now=NOW)
    other = read_events(json.dumps([words | {"timestamp": 2}]).encode(), now=NOW)

    assert one[0].key == again[0].key != other[0].key


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"\xff\xfe", b"[" * 100_000, b"[" + b"9" * 5000 + b"]"],
)
def test_what_is_no_array_is_refused(body: bytes) -> None:
    with pytest.raises(NotEvents):
        read_events(body, now=NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
_FIELDS = st.sampled_from(
    "event email timestamp sg_event_id bw_delivery reason response type status "
    "bounce_classification".split()
)
_NAMES = st.sampled_from("bounce dropped delivered spamreport".split())


@given(st.lists(st.dictionaries(_FIELDS, _JSON | _NAMES) | _JSON, max_size=4))
def test_no_event_whatever_breaks_the_reader(found: list[object]) -> None:
    events = read_events(json.dumps(found).encode(), now=NOW)

    assert len(events) == len(found)
    for event in events:
        assert 0 < len(event.key) <= 100
        assert event.detail.isprintable()
        assert len(event.detail) <= 200


@given(st.text())
def test_short_words_hold_no_address_and_fit_on_a_line(words: str) -> None:
    said = short(words + " <anna@example.nl> \x00\r\n")

    assert "anna@" not in said
    assert said.isprintable()
    assert len(said) <= 200
