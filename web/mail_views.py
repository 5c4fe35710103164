"""A mail as its reader will see it, in a frame: phone, screen, at night, as text.

An invented reader's values stand in its slots. Light and dark are decided here, not by
the browser of whoever looks.
"""

import re

from flask import Response

from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html
from newsletter.rendering.values import RenderedVariant
from web.headers import mail_page
from web.language import gettext as _
from web.language import long_date
from web.session import now

VIEWS = ("phone", "desktop", "dark", "text")
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
ALWAYS, NEVER = "(min-width:0px)", "(max-width:0px)"


def as_seen(rendered: RenderedVariant, view: str) -> Response:
    """As one of VIEWS."""
    values = {
        Slot.NAME: _("Anna"),
        Slot.LEAVE_URL: "#",
        Slot.PREFERENCES_URL: "#",
        Slot.SINCE: long_date(now()),
    }
    if view == "text":
        text = MergeTemplate.cut(rendered.text, escape=as_is).fill(values)
        response = mail_page(text, framed=True)
        response.mimetype = "text/plain"
        return response
    html = MergeTemplate.cut(rendered.html, escape=in_html).fill(values)
    return mail_page(_in_light(html, dark=view == "dark"), framed=True)


def not_shown(sentence: str) -> Response:
    """Why, in the frame, where our own error page may not stand."""
    response = mail_page(sentence, framed=True)
    response.mimetype = "text/plain"
    response.status_code = 422
    return response


def _in_light(html: str, *, dark: bool) -> str:
    return _DARK.sub(ALWAYS if dark else NEVER, html)
