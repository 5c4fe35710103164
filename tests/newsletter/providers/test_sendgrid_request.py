"""The request's bytes say what the plain dicts of the specification say."""

import json
import re
import string
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.providers.base import Message, Recipient
from newsletter.providers.sendgrid.body import compile_request
from newsletter.rendering.merge import Slot, marker
from tests.newsletter.providers.letters import HOSTILE_NAMES, message, recipient
from tests.newsletter.providers.sendgrid_request import Body, request_body

SUBJECT_FOR_ALL = "Buurtwijs 42: thuis in de wijk"


def fill(some: Message, *readers: Recipient) -> Body:
    body = json.loads(compile_request(some).fill(readers))
    assert isinstance(body, dict)
    return body


def salt_of(body: Body) -> str:
    found = re.search(r"-bw([0-9a-f]+)\.", json.dumps(body))
    return found[1] if found else ""


def assert_as_specified(some: Message, *readers: Recipient) -> None:
    body = fill(some, *readers)

    assert body == request_body(some, readers, salt=salt_of(body))


def named(name: str, *, seq: int = 1, service: bool = False) -> Recipient:
    return recipient(f"reader{seq}@example.nl", seq=seq, name=name, service=service)


@given(st.lists(st.tuples(st.text(max_size=400), st.booleans()), min_size=1))
@example([(name, False) for name in HOSTILE_NAMES])
@example([("", False), ("Anna", True), ("", True), ("Ben", False)])
@example([("a\x7fb", False), ("c\nd\te", False), ("\ud800", False), ("\u2028", False)])
@example([('\\" \\u007f \\\\n', False), ("</script>&amp;", False)])
@example([(string.printable, False)])
@example([(" Anna ", False), (" " * 3, False)])
def test_any_names_are_written_as_specified(people):
    assert_as_specified(
        message(),
        *(
            named(name, seq=seq, service=service)
            for seq, (name, service) in enumerate(people)
        ),
    )


@given(subject=st.text(), text=st.text(), html=st.text(), name=st.text(max_size=40))
def test_any_mail_is_written_as_specified(subject, text, html, name):
    some = message(
        subject=f"{subject}{marker(Slot.NAME)}",
        text=f"{marker(Slot.NAME)}{text}{marker(Slot.LEAVE_URL)}",
        html=f"{html}{marker(Slot.NAME)}",
    )
    assert_as_specified(some, named(name))


def test_a_mail_that_is_the_same_for_all_has_no_substitutions():
    some = message(subject=SUBJECT_FOR_ALL, text="Dag allemaal", html="<p>Dag</p>")

    assert_as_specified(some, named("Anna"), named("Ben", seq=2))
    assert "substitutions" not in fill(some, named("Anna"))["personalizations"][0]


def test_a_link_with_an_ampersand_is_escaped_in_the_html_only():
    reader = recipient()
    url = "https://post.example.nl/unsubscribe?a=1&b=2"
    values = {**reader.values, Slot.LEAVE_URL: url}
    reader = Recipient(reader.delivery, reader.address, reader.name, values, url)

    assert_as_specified(message(), reader)
    (person,) = fill(message(), reader)["personalizations"]
    assert sorted(person["substitutions"].values())[-2:] == [
        url.replace("&", "&amp;"),
        url,
    ]


def test_tags_hold_another_number_in_each_request():
    bodies = [fill(message(), named("Anna")) for _ in range(3)]

    assert len({salt_of(body) for body in bodies}) == 3


def test_a_slot_without_a_value_is_a_mistake_of_ours():
    reader = recipient()
    empty = Recipient(reader.delivery, reader.address, reader.name, {}, None)

    with pytest.raises(KeyError):
        fill(message(), empty)


def test_the_request_is_made_without_database_pages_or_the_library():
    script = (
        "import sys, newsletter.providers.sendgrid.body;"
        "print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    heavy = ["sqlalchemy", "flask", "jinja2", "babel", "sendgrid", "cryptography"]

    loaded = subprocess.run(
        [sys.executable, "-c", script, *heavy],
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout.strip() == "[]"
