"""What a piece said before, and two pieces that are one."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.issues.doubles import merge
from newsletter.library.errors import BadItem
from newsletter.library.similar import most_similar
from newsletter.library.stories import find_item
from newsletter.library.versions import history, restore
from newsletter.staff.roles import Act
from subscribers import regions
from web.auth import me, staff_may
from web.editors.audited import note
from web.editors.library import SHELF, find_piece
from web.editors.library_form import KINDS
from web.language import gettext as _
from web.session import now, session, settings

pages = Blueprint("desk_piece_history", __name__)
MOST_DOUBLES = 10


@pages.get(f"{SHELF}/<slug>/versions")
@staff_may(Act.READ_DESK)
def show(shelf: str, slug: str) -> ResponseReturnValue:
    item = find_piece(shelf, slug)
    return render_template(
        "editors/library/versions.html",
        shelf=shelf,
        item=item,
        changes=history(session(), item),
    )


@pages.get(f"{SHELF}/<slug>/versions/<int:number>")
@staff_may(Act.READ_DESK)
def look(shelf: str, slug: str, number: int) -> ResponseReturnValue:
    item = find_piece(shelf, slug)
    changes = history(session(), item)
    change = next((one for one in changes if one.version.version == number), None)
    if change is None:
        abort(404)
    content = change.version.content
    return render_template(
        "editors/library/version.html",
        shelf=shelf,
        item=item,
        change=change,
        content=content,
        places=regions.names_of(session(), content["regions"]).values(),
        is_now=change is changes[0],
    )


@pages.post(f"{SHELF}/<slug>/versions/<int:number>/restore")
@staff_may(Act.EDIT_LIBRARY)
def put_back(shelf: str, slug: str, number: int) -> ResponseReturnValue:
    item = find_piece(shelf, slug)
    try:
        restore(session(), settings(), item, number, by=me().email, now=now())
    except BadItem:
        abort(404)
    note(Act.EDIT_LIBRARY, f"piece {item.slug}", f"restored version {number}")
    return _to_the_piece(shelf, item.slug)


@pages.get(f"{SHELF}/<slug>/doubles")
@staff_may(Act.EDIT_LIBRARY)
def doubles(shelf: str, slug: str) -> ResponseReturnValue:
    return _doubles(shelf, slug)


@pages.post(f"{SHELF}/<slug>/doubles")
@staff_may(Act.EDIT_LIBRARY)
def join(shelf: str, slug: str) -> ResponseReturnValue:
    """GET asks which piece is the double; this makes one of the two."""
    kept = find_piece(shelf, slug)
    typed = request.form.get("double", "").strip().rstrip("/").rpartition("/")[2]
    if not typed:
        return _doubles(
            shelf, slug, wrong=_("Choose the piece that is the double.")
        ), 422
    old = find_item(session(), typed).slug
    try:
        merge(session(), keep=kept.slug, double=old, by=me().email, now=now())
    except BadItem:
        session().rollback()
        wrong = _("These two cannot become one: it is the same piece, or no story.")
        return _doubles(shelf, slug, wrong=wrong), 422
    note(Act.EDIT_LIBRARY, f"piece {kept.slug}", f"merged with {old}")
    return _to_the_piece(shelf, kept.slug)


def _doubles(shelf: str, slug: str, *, wrong: str = "") -> str:
    item = find_piece(shelf, slug)
    alike = most_similar(session(), item, kinds=KINDS[shelf], limit=MOST_DOUBLES)
    return render_template(
        "editors/library/doubles.html",
        shelf=shelf,
        item=item,
        alike=[one.item for one in alike],
        wrong=wrong,
    )


def _to_the_piece(shelf: str, slug: str) -> ResponseReturnValue:
    return redirect(
        url_for("desk_library.change", shelf=shelf, slug=slug, saved="yes"), code=303
    )
