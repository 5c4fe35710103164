"""Adding without typing: a file or a page is read into the form, for an editor to see.

Nothing stands in the library before the form is saved.
"""

import json

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.issues.markdown import to_markdown
from newsletter.library.docx import MOST_BYTES
from newsletter.library.files import read_data
from newsletter.library.from_web import read_page
from newsletter.library.pasted import from_clipboard
from newsletter.staff.roles import Act
from web.auth import staff_may
from web.editors.library import SHELF, piece_page
from web.editors.library_form import KINDS, PieceForm
from web.editors.words import explain
from web.language import gettext as _
from web.session import settings

pages = Blueprint("desk_adding", __name__)


@pages.post(f"{SHELF}/new/read")
@staff_may(Act.EDIT_LIBRARY)
def read(shelf: str) -> ResponseReturnValue:
    """The form with what a file or a page tells; above it why something is missing."""
    address = request.form.get("address", "").strip()
    file = request.files.get("file")
    missing = ""
    try:
        if file is not None and file.filename:
            draft = read_data(file.stream.read(MOST_BYTES + 1), file.filename)
        elif address:
            # It waits for somebody else's server: no session is open yet.
            told = read_page(settings(), address, with_text="with_text" in request.form)
            draft = told.draft
            if told.no_picture:
                missing = _("Its picture could not be copied. Choose one yourself.")
        else:
            return _refused(shelf, _("Choose a file, or give a web address."), address)
        form = PieceForm.of_draft(settings(), draft)
    except NewsletterError as error:
        return _refused(shelf, explain(error), address)
    if form.kind not in KINDS[shelf]:
        form.kind = KINDS[shelf][0]
    return piece_page(shelf, form, None, just_read=True, missing=missing)


@pages.post(f"{SHELF}/new/paste")
@staff_may(Act.EDIT_LIBRARY)
def paste(shelf: str) -> ResponseReturnValue:  # noqa: ARG001 - one address for both
    """What was on the clipboard, as Markdown: ``{"markdown": "..."}``."""
    try:
        html = json.loads(request.get_data(as_text=True))["html"]
        return {"markdown": to_markdown(from_clipboard(str(html)))}
    except NewsletterError as error:
        return {"error": explain(error)}, 422
    except (ValueError, KeyError, TypeError):
        return {"error": _("That cannot be pasted.")}, 422


def _refused(shelf: str, why: str, address: str) -> ResponseReturnValue:
    form = PieceForm(KINDS[shelf][0])
    return piece_page(shelf, form, None, refused=why, address=address), 422
