"""The words of one service mail, from its folder of templates."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.rendering.service_mail import ServiceRendering, render_service


@dataclass(frozen=True)
class Letterhead:
    """On whose behalf we write: the footer of the mail."""

    sender_name: str
    postal_address: str
    base_url: str


def write(
    kind: str, *, language: str, values: Mapping[str, object], head: Letterhead
) -> ServiceRendering:
    """Subject, HTML and text; nothing in them is cut or merged later."""
    return render_service(
        kind,
        language,
        {
            **values,
            "sender_name": head.sender_name,
            "postal_address": head.postal_address,
        },
    )
