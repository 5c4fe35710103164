"""The bounce mailbox: read, then marked; never in clear text over a network."""

import pytest

from newsletter.providers.bounces.mailbox import (
    SETTING,
    MailboxTrouble,
    read_mailbox,
    unread,
)
from newsletter.providers.bounces.opening import MOST_BYTES
from tests.stand_ins.imap import MailboxServer


def _mails(server: MailboxServer, **url: str) -> list[bytes | None]:
    return [mail.raw for mail in unread(read_mailbox({SETTING: server.url(**url)}))]


def test_unread_mails_are_read_once() -> None:
    with MailboxServer(
        {3: b"From: a@b.nl\r\n\r\nx", 7: b"From: c@d.nl\r\n\r\ny"}
    ).running() as server:
        assert _mails(server) == [b"From: a@b.nl\r\n\r\nx", b"From: c@d.nl\r\n\r\ny"]
        assert _mails(server) == []


def test_a_mail_is_marked_only_after_it_was_dealt_with() -> None:
    with MailboxServer({3: b"one", 7: b"two"}).running() as server:
        mails = unread(read_mailbox({SETTING: server.url()}))
        next(mails)
        assert server.seen == set()
        next(mails)
        assert server.seen == {3}
        mails.close()  # type: ignore[attr-defined]
        assert server.seen == {3}


def test_one_too_large_is_not_fetched() -> None:
    with MailboxServer({1: b"x" * (MOST_BYTES + 1)}).running() as server:
        assert _mails(server) == [None]
        assert server.fetched == []
        assert server.seen == {1}


def test_a_wrong_password_is_a_sentence_without_it() -> None:
    with (
        MailboxServer().running() as server,
        pytest.raises(MailboxTrouble, match="refused us") as caught,
    ):
        _mails(server, password="fout")

    assert "fout" not in str(caught.value)


def test_an_unknown_folder_is_named() -> None:
    with (
        MailboxServer().running() as server,
        pytest.raises(MailboxTrouble, match="no folder 'Elders'"),
    ):
        _mails(server, folder="Elders")


def test_nobody_there_is_a_sentence() -> None:
    with MailboxServer().running() as server:
        url = server.url()

    with pytest.raises(MailboxTrouble, match="cannot be reached"):
        list(unread(read_mailbox({SETTING: url})))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "is not set"),
        ("imaps://mail.example.nl", "with a user"),
        ("https://a:b@mail.example.nl", "must be imaps"),
        ("imaps://a:b@mail.example.nl:x/", "port"),
        ("imap://a:b@mail.example.nl/INBOX", "clear text"),
    ],
)
def test_a_wrong_address_is_named_by_its_setting(url: str, why: str) -> None:
    with pytest.raises(MailboxTrouble, match=why) as caught:
        read_mailbox({SETTING: url})

    assert SETTING in str(caught.value)
    assert "a:b" not in str(caught.value)


def test_the_parts_of_a_good_one() -> None:
    url = "imaps://post%40buurtwijs.example:a%2Fb@mail.example.nl/Bounces/Nieuw"
    mailbox = read_mailbox({SETTING: url})

    assert (mailbox.user, mailbox.password) == ("post@buurtwijs.example", "a/b")
    assert (mailbox.port, mailbox.folder) == (993, "Bounces/Nieuw")
    assert "a/b" not in f"{mailbox} {mailbox!r}"
