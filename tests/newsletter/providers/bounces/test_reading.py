"""What a returned mail is: recorded ones, hostile ones, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.providers.bounces.bounce import UnreadableMail
from newsletter.providers.bounces.opening import MOST_BYTES
from newsletter.providers.bounces.reading import read_bounce
from newsletter.providers.smtp.verp import Verp
from tests.newsletter.providers.bounces.mails import KEY, OURS, PAYLOADS, mail

ANNA = "anna@example.nl"
MEANS = [
    ("dsn-unknown-user", "hard", ANNA, "5.1.1"),
    ("dsn-disabled", "hard", ANNA, "5.2.1"),
    ("dsn-vague-status", "hard", ANNA, "5.1.1"),
    ("dsn-return-path-only", "hard", ANNA, "5.1.1"),
    ("dsn-mailbox-full", "soft", ANNA, "5.2.2"),
    ("dsn-given-up", "soft", ANNA, "4.4.7"),
    ("dsn-policy", "soft", ANNA, "5.7.1"),
    ("dsn-delayed", "none", ANNA, "4.4.1"),
    ("dsn-delivered", "none", ANNA, "2.0.0"),
    ("arf-abuse", "complaint", ANNA, ""),
    ("arf-redacted", "complaint", None, ""),
    ("arf-not-spam", "none", ANNA, ""),
    ("away-nl", "auto_reply", None, ""),
    ("away-nl-afwezig", "auto_reply", None, ""),
    ("away-nl-encoded", "auto_reply", None, ""),
    ("away-en", "auto_reply", None, ""),
    ("away-nl-words-only", "auto_reply", None, ""),
    ("away-en-header-only", "auto_reply", None, ""),
    ("a-reader-answers", "none", None, ""),
    ("prose-qmail", "hard", ANNA, "5.1.1"),
    ("prose-exim-full", "soft", ANNA, ""),
    ("prose-dutch", "hard", None, "5.1.1"),
]


@pytest.mark.parametrize(("name", "kind", "address", "status"), MEANS)
def test_a_recorded_bounce_means(
    name: str, kind: str, address: str | None, status: str
) -> None:
    bounce = read_bounce(mail(name), keys=[KEY])

    assert (bounce.kind, bounce.address, bounce.status) == (kind, address, status)


def test_every_recorded_bounce_stands_in_the_table() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.eml")} == {row[0] for row in MEANS}


@pytest.mark.parametrize("name", [row[0] for row in MEANS])
def test_a_genuine_return_address_says_whose_it_is(name: str) -> None:
    assert read_bounce(mail(name), keys=[b"a new key", KEY]).delivery == "1-1"


@pytest.mark.parametrize(
    "to",
    [
        OURS.replace("1-1", "1-2"),
        OURS[:10] + "a" * 16 + "@buurtwijs.example",
        Verp(b"somebody else's key").address("1-1", domain="buurtwijs.example"),
        "bounce+1-1@buurtwijs.example",
        "redactie@buurtwijs.example",
    ],
)
def test_a_forged_one_says_nothing(to: str) -> None:
    bounce = read_bounce(mail("dsn-unknown-user", to=to), keys=[KEY])

    assert bounce.delivery is None
    assert bounce.kind == "hard"


def test_a_mail_servers_folding_of_case_keeps_it_genuine() -> None:
    upper = mail("dsn-unknown-user", to=OURS.upper())

    assert read_bounce(upper, keys=[KEY]).delivery == "1-1"


def test_the_servers_words_stand_on_one_line() -> None:
    bounce = read_bounce(mail("dsn-unknown-user"), keys=[KEY])

    assert bounce.diagnostic == f"smtp; 550 5.1.1 <{ANNA}>: user unknown"


def test_bare_line_ends_read_the_same() -> None:
    for name, *_ in MEANS:
        unix = mail(name).replace(b"\r\n", b"\n")

        assert read_bounce(unix, keys=[KEY]) == read_bounce(mail(name), keys=[KEY])


def _nested(deep: int) -> bytes:
    head = b"From: mailer-daemon@example.nl\n"
    for number in range(deep):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (
            number,
            number,
        )
    return head + b"Content-Type: text/plain\n\nhello\n"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not a mail"),
        (b"\n\n\n", "not a mail"),
        (bytes(range(256)) * 100, "not a mail"),
        (b"\x89PNG\r\n\x1a\n", "not a mail"),
        (b"From: a@b.nl\n\n\0\0\0", "not a mail"),
        (b"just some words\nand more", "not a mail"),
        (b"From: a@b.nl\n\n" + b"x" * MOST_BYTES, "larger than 10 MB"),
        (_nested(2000), "parts within parts"),
        (b"Content-Type: message/rfc822\n\n" * 2000, "parts within parts"),
    ],
)
def test_a_hostile_one_is_refused_with_a_reason(raw: bytes, why: str) -> None:
    with pytest.raises(UnreadableMail, match=why):
        read_bounce(raw, keys=[KEY])


def test_many_parts_side_by_side_are_read_quickly() -> None:
    raw = mail("dsn-unknown-user") + b"--b\nContent-Type: text/plain\n\nx\n" * 20_000

    assert read_bounce(raw, keys=[KEY]).delivery == "1-1"


@given(st.binary(max_size=500), st.integers(0, 3000), st.sampled_from(MEANS))
def test_no_damage_whatever_breaks_the_reader(
    noise: bytes, place: int, row: tuple[str, str, str | None, str]
) -> None:
    raw = mail(row[0])
    damaged = raw[:place] + noise + raw[place + len(noise) :]

    try:
        bounce = read_bounce(damaged, keys=[KEY])
    except UnreadableMail:
        return

    assert bounce.diagnostic.isprintable()
    assert bounce.delivery in {None, "1-1"}


_LINES = st.lists(
    st.sampled_from(
        [
            "From: MAILER-DAEMON@x.nl",
            f"To: {OURS}",
            'Content-Type: multipart/report; boundary="b"',
            "Content-Type: message/delivery-status",
            "Content-Type: message/feedback-report",
            "Content-Type: text/plain; charset=nobody-knows",
            "Content-Transfer-Encoding: base64",
            "Subject: =?utf-8?b?////?=",
            "Final-Recipient: rfc822;",
            "Status: 5.1.1",
            "Action: failed",
            "Feedback-Type: abuse",
            "",
            "--b",
            "--b--",
        ]
    ),
    max_size=25,
)


@given(_LINES)
def test_no_order_of_lines_breaks_the_reader(lines: list[str]) -> None:
    raw = "\r\n".join(["Received: by x", *lines]).encode()

    assert read_bounce(raw, keys=[KEY]).delivery in {None, "1-1"}
