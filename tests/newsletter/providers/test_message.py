"""The bytes of a mail, read back by the standard library."""

from binascii import a2b_qp
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.providers.base import Message, Recipient
from newsletter.providers.bodies import Body, encode_easily, run
from newsletter.providers.headers import BadHeader
from newsletter.providers.message import build_message, compile_message
from newsletter.providers.wording import MOST_OF_A_NAME, one_line
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html, marker
from tests.newsletter.providers.letters import HOSTILE_NAMES, message, recipient

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ANY_TEXT = st.text(max_size=400)
# email reads slowly, and a busy machine slower still.


def build(some: Message, reader: Recipient) -> bytes:
    return build_message(some, reader, domain="post.example.nl", date=NOW)


def read(mail: bytes) -> EmailMessage:
    parsed = message_from_bytes(mail, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def reader_of(mail: bytes) -> list[tuple[str, str]]:
    """Names and addresses of To. By hand: the modern parser of Python 3.11 leaves a
    space between encoded words in a name, where RFC 2047 wants none."""
    pairs = getaddresses([message_from_bytes(mail)["To"]])
    return [(str(make_header(decode_header(name))), address) for name, address in pairs]


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


def assert_fit_for_the_wire(mail: bytes) -> None:
    assert mail.isascii()
    lines = mail.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert max(len(line) for line in lines) <= 998


def test_a_mail_has_text_first_and_html_last():
    mail = read(build(message(), recipient()))

    assert mail.get_content_type() == "multipart/alternative"
    assert [piece.get_content_type() for piece in mail.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


def test_both_parts_hold_the_readers_own_values_escaped_for_where_they_land():
    mail = read(build(message(), recipient(name="Anna & <Ben>")))

    assert "Dag Anna & <Ben>,\n" in part(mail, "plain").replace("\r\n", "\n")
    assert "Dag Anna &amp; &lt;Ben&gt;," in part(mail, "html")
    assert "Súdwest-Fryslân" in part(mail, "plain")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("From", '"Buurtwijs, nieuws uit de wijk" <nieuws@post.example.nl>'),
        ("To", "Anna de Vries <anna@example.nl>"),
        ("Reply-To", "redactie@example.nl"),
        ("Subject", "Buurtwijs 42: thuis in de wijk, Anna de Vries"),
        ("Date", "Fri, 20 Nov 2026 09:30:00 +0000"),
        ("List-Id", "Buurtwijs <buurtwijs.post.example.nl>"),
        ("Feedback-ID", "42:base:buurtwijs:buurtpost"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", "nl"),
        ("MIME-Version", "1.0"),
    ],
)
def test_a_mail_carries_the_header(header, value):
    mail = read(build(message(), recipient()))

    assert mail.get_all(header) == [value]


def test_list_unsubscribe_is_written_as_it_is_however_long_its_link():
    reader = recipient()

    mail = build(message(), reader)

    assert f"\r\nList-Unsubscribe: <{reader.one_click_url}>\r\n".encode() in mail
    assert len(str(reader.one_click_url)) > 78


def test_service_mail_offers_no_one_click():
    mail = read(build(message(), recipient(service=True)))

    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


def test_only_service_mail_that_says_so_is_auto_submitted():
    said = replace(message(), headers=(("Auto-Submitted", "auto-generated"),))

    assert read(build(said, recipient()))["Auto-Submitted"] == "auto-generated"
    assert read(build(message(), recipient()))["Auto-Submitted"] is None


def test_the_message_id_is_that_of_the_delivery_at_every_try():
    first = read(build(message(), recipient(seq=7)))["Message-ID"]
    later = read(
        build_message(
            message(),
            recipient(seq=7),
            domain="post.example.nl",
            date=datetime(2026, 11, 21, tzinfo=UTC),
        )
    )["Message-ID"]
    other = read(build(message(), recipient(seq=8)))["Message-ID"]

    assert first == later
    assert first != other
    assert first.startswith("<12-7.")
    assert first.endswith("@post.example.nl>")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_arrives_unharmed(name):
    mail = build(message(), recipient(name=name))

    assert_fit_for_the_wire(mail)
    assert reader_of(mail) == [(name, "anna@example.nl")]


@pytest.mark.parametrize(
    "name",
    [
        "Anna\r\nBcc: evil@example.org",
        "Anna\nX: y",
        "Anna\u2028Vries",
        "An\x00na",
        "\u202eannA",
    ],
)
def test_a_name_cannot_begin_a_header_or_turn_the_line_around(name):
    mail = build(message(), recipient(name=name))

    parsed = read(mail)
    assert_fit_for_the_wire(mail)
    assert parsed["Bcc"] is None
    assert parsed["X"] is None
    assert "\u202e" not in parsed["To"].addresses[0].display_name


@given(name=ANY_TEXT, subject=ANY_TEXT)
def test_any_name_and_subject_make_one_mail_to_one_reader(name, subject):
    mail = build(message(subject=subject), recipient(name=name))

    assert_fit_for_the_wire(mail)
    parsed = read(mail)
    assert [who.addr_spec for who in parsed["To"].addresses] == ["anna@example.nl"]
    assert len(parsed.keys()) == len(read(build(message(), recipient())).keys())


@given(
    text=st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), max_size=2000)
)
def test_any_text_arrives_as_it_was_written(text):
    mail = read(
        build(message(text=f"{text}{marker(Slot.NAME)}{text}"), recipient(name="Zoë"))
    )

    assert part(mail, "plain") == f"{text}Zoë{text}"


HOSTILE = st.one_of(
    ANY_TEXT,
    st.sampled_from(
        [
            *HOSTILE_NAMES,
            "نورة" * 75,
            "👩🏽‍🌾" * 60,
            "Anna\r\n.\r\nMAIL FROM:<x@evil.example>",
            "Anna\nBcc: evil@example.org",
            "..",
            "a=b= ",
        ]
    ),
)


@given(
    name=HOSTILE,
    url=st.from_regex(r"https://[a-z]{1,90}/[\w=.-]{0,90}", fullmatch=True),
)
def test_the_joined_bytes_say_what_email_would_have_said(name, url):
    """For every reader the same as building the mail anew with the standard library."""
    some = message(
        text=f"Dag {marker(Slot.NAME)}\n{marker(Slot.LEAVE_URL)}\n.punt\n",
        html=f'<a title="{marker(Slot.NAME)}" href="{marker(Slot.LEAVE_URL)}">'
        f"{marker(Slot.NAME)}</a>\n.\n",
    )
    values = {Slot.NAME: one_line(name) or "lezer", Slot.LEAVE_URL: url}
    reader = Recipient("12-1", "anna@example.nl", name, values, None)
    built = EmailMessage()
    built.set_content(some.text.fill(values), cte="quoted-printable")
    built.add_alternative(
        some.html.fill(values), subtype="html", cte="quoted-printable"
    )

    ours = build(some, reader)
    theirs = read(built.as_bytes(policy=policy.SMTP))
    wire = compile_message(some, domain="post.example.nl", for_the_wire=True)

    assert_fit_for_the_wire(ours)
    for kind in ("plain", "html"):
        assert part(read(ours), kind).rstrip("\n") == part(theirs, kind).rstrip("\n")
    # By hand: email takes a name that looks like an encoded word for one.
    subject = make_header(decode_header(message_from_bytes(ours)["Subject"]))
    assert str(subject) == one_line(some.subject.fill(values))
    assert reader_of(ours)[0][0] == one_line(name)[:MOST_OF_A_NAME]
    sent = wire.fill(reader, date=NOW)
    assert b"\r\n.\r\n" not in sent
    assert sent.replace(b"\r\n..", b"\r\n.") == ours


@given(text=st.text(max_size=2000))
@example(text="\x1f\x80\x80\x80\x80\x80\x80𐀀𐀀𐀀0")  # 76 without the soft break
def test_no_encoded_line_is_longer_than_76_characters(text):
    encoded = run(text)

    assert max(len(line) for line in encoded.split(b"\r\n")) <= 76


# The short way of encoding a value, and signs at its edge.
EASY_OR_NEARLY = st.text(alphabet="aZ09 ./:-_?=&<'\"é", max_size=160)


@given(value=EASY_OR_NEARLY)
@example(value="https://post.example.nl/unsubscribe/" + "x" * 36 + ".y")
@example(value="x" * 72)
@example(value="x" * 73)
@pytest.mark.parametrize("escape", [as_is, in_html])
def test_an_easy_value_reads_the_same_however_it_is_encoded(escape, value):
    easy = encode_easily(value)
    if easy is None:
        return

    part = Body(MergeTemplate.cut("", escape=escape), for_the_wire=True)
    for encoded in (easy, part.encode(value)):
        assert a2b_qp(encoded).decode() == value
        assert encoded.endswith(b"=\r\n")
        assert max(len(line) for line in encoded.split(b"\r\n")) <= 76
        assert not any(line.startswith(b".") for line in encoded.split(b"\r\n"))


def test_most_values_are_easy():
    link = f"https://nieuwsbrief.buurtwijs.example.nl/unsubscribe/{'x' * 40}"

    assert encode_easily("Anna de Vries") == b"Anna de Vries=\r\n"
    assert encode_easily(link) is not None
    assert encode_easily("Zoë") is encode_easily("") is encode_easily("a=b") is None


def test_encoded_words_are_at_most_75_characters_long():
    mail = build(
        message(subject="Één buurt, één thuis: " * 20), recipient(name="é" * 300)
    )

    words = [word for word in mail.split() if word.startswith(b"=?")]
    assert words
    assert max(len(word) for word in words) <= 75


@pytest.mark.parametrize("value", ["Buurtwijs\r\nBcc: x", "Zoë <zoe.example.nl>"])
def test_a_header_of_ours_that_cannot_be_sent_is_an_error_for_a_person(value):
    broken = message(headers=(("List-Id", value),))

    with pytest.raises(BadHeader, match="'List-Id'"):
        build(broken, recipient())
