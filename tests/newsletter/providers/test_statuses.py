"""Enhanced status codes: which of them say that a mailbox is not there."""

import pytest

from newsletter.providers.statuses import is_gone, says_gone, status_in


@pytest.mark.parametrize(
    ("status", "gone"),
    [
        *((f"5.1.{n}", n not in {7, 8}) for n in range(12)),
        ("5.2.1", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("5.2.10", False),
        ("5.1.90", False),  # Exchange: you have mailed enough today
        ("4.1.1", False),
        ("", False),
    ],
)
def test_only_a_mailbox_that_is_not_there_is_gone(status: str, gone: bool) -> None:
    assert is_gone(status) is gone


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("550 5.1.1 unknown", "5.1.1"),
        ("550-5.1.1. The account", "5.1.1"),
        ("(#5.1.1)", "5.1.1"),
        ("host 15.1.1.2 said no", ""),
        ("host 5.1.12.3 said no", ""),
        ("552 mailbox full", ""),
    ],
)
def test_a_status_is_found_in_words(words: str, status: str) -> None:
    assert status_in(words) == status


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        ("550 5.1.1 <address>: User unknown in virtual mailbox table", True),
        ("550 5.1.2 <address>: Domain not found", True),
        ("556 5.1.10 Recipient address has null MX", True),
        ("550 5.2.1 The email account is disabled", True),
        ("550-5.1.1 The email account that you tried to reach", True),
        # Not for ever, not the reader's, or not sure.
        ("450 4.1.1 <address>: unverified", False),
        ("450 5.1.1 odd", False),
        ("550 5.1.8 <address>: Sender address rejected: Domain not found", False),
        ("550 5.1.90 Daily message limit reached", False),
        ("552 5.2.2 Mailbox full", False),
        ("550 5.7.1 5.1.1 is what it would have been", False),
        ("550 5.1.1 Blocked by our policy", False),
        ("550 User unknown", False),
        ("250 2.1.5 5.1.1", False),
        ("", False),
    ],
)
def test_an_answer_says_that_the_address_is_not_there(answer: str, gone: bool) -> None:
    assert says_gone(answer) is gone
