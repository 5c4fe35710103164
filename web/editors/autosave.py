"""What a form that saves itself is answered: JSON, and nothing is ever overwritten.

The browser sends the same form to the same address with ``autosave`` in it. Refused, it
keeps what was typed and says so; the button then leads to the page with both texts.
"""

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from web.editors.words import when
from web.language import gettext as _
from web.session import now


def is_asked() -> bool:
    return "autosave" in request.form


def done(seen: str) -> ResponseReturnValue:
    """Saved; ``seen`` is what the form stands on from now."""
    return jsonify(seen=seen, said=_("Saved %(when)s") % {"when": when(now())})


def begun(seen: str, *, saves_at: str, page: str) -> ResponseReturnValue:
    """Saved for the first time: from now the form saves at ``saves_at``, and ``page``
    is where it is found again."""
    said = _("Saved %(when)s") % {"when": when(now())}
    return jsonify(seen=seen, said=said, saves_at=saves_at, page=page)


def incomplete(why: str) -> tuple[Response, int] | None:
    """What was typed cannot be kept yet, and why."""
    return refused(_("Not saved yet: %(why)s") % {"why": why})


def refused(said: str, status: int = 422) -> tuple[Response, int] | None:
    """None when a person pressed the button: they get the page."""
    if not is_asked():
        return None
    return jsonify(said=said), status
