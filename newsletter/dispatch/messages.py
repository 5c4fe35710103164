"""What stands in every mail of a variant, as it is stored beside its text."""

from email.header import Header
from typing import Any

from babel.dates import get_month_names

from newsletter.issues.models import Issue
from newsletter.rendering.variant import name_fallback
from newsletter.settings import Settings
from subscribers.models import MailingList


def mail_of(
    settings: Settings,
    issue: Issue,
    *,
    number: str,
    mailing: str,
    from_name: str,
    from_address: str,
    subject: str,
) -> dict[str, Any]:
    """What is the same for everyone with a variant, as it is stored beside its text.

    ``subject`` may hold the name's slot marker; ``mailing`` names it in Feedback-ID.
    ``number`` is the issue's, or its bundle's: the list and the language are the same.
    """
    return {
        "folder": number,
        "from_name": from_name,
        "from_address": from_address,
        "reply_to": settings.reply_to or issue.mailing_list.from_address,
        "subject": subject,
        "language": issue.language,
        **words_of(issue.language),
        "headers": [
            ["List-Id", list_id(issue.mailing_list)],
            [
                "Feedback-ID",
                feedback_id(settings, issue.mailing_list, number, mailing),
            ],
        ],
    }


def feedback_id(
    settings: Settings, mailing_list: MailingList, number: str, mailing: str
) -> str:
    """Gmail's complaint figures are per part of this; nothing in it is a reader's."""
    return ":".join((number, mailing_list.slug, mailing, settings.feedback_sender_id))


def words_of(language: str) -> dict[str, Any]:
    """What is said of a reader, for who fills mails and knows no languages."""
    months = get_month_names("wide", locale=language)
    return {
        "no_name": name_fallback(language),
        "months": [months[number] for number in range(1, 13)],
    }


def list_id(mailing_list: MailingList) -> str:
    """RFC 2919, with the list's name in front: ``Buurtwijs <buurtwijs.example.nl>``."""
    domain = mailing_list.from_address.rpartition("@")[2]
    identifier = f"<{mailing_list.slug}.{domain}>"
    name = mailing_list.name.replace('"', "'").replace("\\", "/")
    if name.isascii() and "=?" not in name:
        return f'"{name}" {identifier}'
    encoded = Header(name, "utf-8", maxlinelen=75).encode(linesep="\n")
    return f"{' '.join(encoded.split())} {identifier}"
