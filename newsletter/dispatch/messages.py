"""From a stored variant to what a provider takes."""

from email.header import Header
from typing import Any

from newsletter.dispatch.models import Variant
from newsletter.issues.models import Issue
from newsletter.providers.base import Message
from newsletter.rendering.merge import MergeTemplate, as_is, in_html
from newsletter.settings import Settings
from subscribers.models import MailingList


def mail_of(
    settings: Settings,
    issue: Issue,
    *,
    mailing: str,
    from_name: str,
    from_address: str,
    subject: str,
) -> dict[str, Any]:
    """What is the same for everyone with a variant, as it is stored beside its text.

    ``subject`` may hold the name's slot marker; ``mailing`` names it in Feedback-ID.
    """
    return {
        "folder": str(issue.number),
        "from_name": from_name,
        "from_address": from_address,
        "reply_to": settings.reply_to or issue.mailing_list.from_address,
        "subject": subject,
        "language": issue.language,
        "headers": [
            ["List-Id", list_id(issue.mailing_list)],
            [
                "Feedback-ID",
                feedback_id(settings, issue, mailing),
            ],
        ],
    }


def feedback_id(settings: Settings, issue: Issue, mailing: str) -> str:
    """Gmail's complaint figures are per part of this; nothing in it is a reader's."""
    parts = (
        issue.number,
        issue.mailing_list.slug,
        mailing,
        settings.feedback_sender_id,
    )
    return ":".join(str(part) for part in parts)


def message_of(variant: Variant) -> Message:
    return make_message(variant.mail, html=variant.html, text=variant.text)


def make_message(mail: dict[str, Any], *, html: str, text: str) -> Message:
    return Message(
        folder=mail["folder"],
        from_name=mail["from_name"],
        from_address=mail["from_address"],
        reply_to=mail["reply_to"],
        subject=MergeTemplate.cut(mail["subject"], escape=as_is),
        html=MergeTemplate.cut(html, escape=in_html),
        text=MergeTemplate.cut(text, escape=as_is),
        language=mail["language"],
        headers=tuple((name, value) for name, value in mail["headers"]),
    )


def list_id(mailing_list: MailingList) -> str:
    """RFC 2919, with the list's name in front: ``Buurtwijs <buurtwijs.example.nl>``."""
    domain = mailing_list.from_address.rpartition("@")[2]
    identifier = f"<{mailing_list.slug}.{domain}>"
    name = mailing_list.name.replace('"', "'").replace("\\", "/")
    if name.isascii() and "=?" not in name:
        return f'"{name}" {identifier}'
    encoded = Header(name, "utf-8", maxlinelen=75).encode(linesep="\n")
    return f"{' '.join(encoded.split())} {identifier}"
