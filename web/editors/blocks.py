"""What is done to the blocks of an issue, or of one of its editions."""

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.issues import compose, extras
from newsletter.issues.blocks import Block, block_type
from newsletter.issues.blocks.section import fillings
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.errors import BadBlock, UnknownBlock
from newsletter.issues.models import Issue
from newsletter.library.errors import UnknownItem
from newsletter.library.stories import find_item
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import staff_may
from web.editors import autosave
from web.editors.audited import my_edit, note_issue
from web.editors.block_form import BlockForm
from web.editors.compose import meanwhile, page
from web.editors.compose_view import fingerprint
from web.editors.history_view import block_in
from web.editors.words import explain
from web.language import gettext as _
from web.session import session, settings

pages = Blueprint("desk_blocks", __name__)
BLOCKS = "/desk/issues/<int:number>/blocks"


@pages.post(BLOCKS)
@staff_may(Act.COMPOSE)
def add(number: int) -> ResponseReturnValue:
    issue, edition = _asked(number)
    try:
        kind = block_type(request.form.get("kind"), block="new")
    except BadBlock:
        abort(400)
    form = BlockForm.read(request, kind, None)
    if not form.check():
        refused = autosave.incomplete(form.why_not())
        return refused or (page(issue, edition=edition, form=form), 422)
    # While somebody still writes it nobody else sees it.
    document = form.document | {"hidden": autosave.is_asked()}
    try:
        added = _add(issue, edition, document, after=form.after or None)
    except (NewsletterError, SubscribersError) as error:
        refused = autosave.incomplete(explain(error))
        return refused or _refused(number, edition, form, error)
    if autosave.is_asked():
        return autosave.begun(
            fingerprint(_find(issue, edition, added).to_dict()),
            saves_at=url_for(".change", number=number, block_id=added, _anchor=added),
            page=_page(number, edition, edit=added, put_in="yes", _anchor=added),
        )
    note_issue(issue, f"added {added}")
    return _back(number, edition, added)


@pages.post("/desk/issues/<int:number>/place")
@staff_may(Act.COMPOSE)
def place(number: int) -> ResponseReturnValue:
    """Put a piece from the library where there is room, or at the end, with what we
    know about it under it."""
    issue, edition = _asked(number)
    try:
        item = find_item(session(), request.form.get("story", ""))
    except UnknownItem:
        abort(400)
    story = {"kind": "story", "story": item.slug}
    added = _add(issue, edition, story, after=_section_with_room(issue, edition))
    if item.links:
        strip = {"kind": "knowledge", "story": item.slug}
        _add(issue, edition, strip, after=added)
    note_issue(issue, f"placed {item.slug}")
    looked = {name: request.form.get(name, "") for name in ("q", "which", "at")}
    kept = {name: value for name, value in looked.items() if value}
    # No fragment: the focus goes to the next piece, and the page stays where it was.
    return redirect(_page(number, edition, placed=added, **kept), 303)


@pages.post(f"{BLOCKS}/<block_id>")
@staff_may(Act.COMPOSE)
def change(number: int, block_id: str) -> ResponseReturnValue:
    issue, edition = _asked(number)
    before = _find(issue, edition, block_id)
    form = BlockForm.read(request, type(before), before)
    if request.form.get("seen") != fingerprint(before.to_dict()):
        form.meanwhile = meanwhile(issue, lambda one: block_in(one, block_id))
        refused = autosave.refused(form.meanwhile, 409)
        return refused or (page(issue, edition=edition, form=form), 409)
    if not form.check():
        refused = autosave.incomplete(form.why_not())
        return refused or (page(issue, edition=edition, form=form), 422)
    here, document, edit = (session(), settings(), issue), form.document, my_edit()
    if form.put_in and not autosave.is_asked():
        document["hidden"] = False
    try:
        if edition == BASE_KEY:
            compose.change_block(*here, block_id, document, edit=edit)
        else:
            extras.change_extra(*here, edition, block_id, document, edit=edit)
    except (NewsletterError, SubscribersError) as error:
        refused = autosave.incomplete(explain(error))
        return refused or _refused(number, edition, form, error)
    if autosave.is_asked():
        return autosave.done(fingerprint(_find(issue, edition, block_id).to_dict()))
    note_issue(issue, f"{'added' if form.put_in else 'changed'} {block_id}")
    return _back(number, edition, block_id)


@pages.post(f"{BLOCKS}/<block_id>/move")
@staff_may(Act.COMPOSE)
def move(number: int, block_id: str) -> ResponseReturnValue:
    issue, edition = _asked(number)
    to = request.form.get("to", "")
    if to not in {"up", "down"}:
        abort(400)
    here = (session(), settings(), issue)
    if edition == BASE_KEY:
        compose.move_block(*here, block_id, to=to, edit=my_edit())
    else:
        extras.move_extra(*here, edition, block_id, to=to, edit=my_edit())
    note_issue(issue, f"moved {block_id} {to}")
    # No fragment: a browser then puts the focus back on the button that was used.
    return redirect(_page(number, edition, moved=block_id, to=to), 303)


@pages.post(f"{BLOCKS}/<block_id>/copy")
@staff_may(Act.COMPOSE)
def copy(number: int, block_id: str) -> ResponseReturnValue:
    issue, edition = _asked(number)
    here = (session(), settings(), issue)
    if edition == BASE_KEY:
        added = compose.copy_block(*here, block_id, edit=my_edit())
    else:
        added = extras.copy_extra(*here, edition, block_id, edit=my_edit())
    note_issue(issue, f"copied {block_id}")
    return _back(number, edition, added)


@pages.post(f"{BLOCKS}/<block_id>/<any(hide,show):act>")
@staff_may(Act.COMPOSE)
def hide(number: int, block_id: str, act: str) -> ResponseReturnValue:
    issue, edition = _asked(number)
    here = (session(), settings(), issue)
    hidden = act == "hide"
    if edition == BASE_KEY:
        compose.hide_block(*here, block_id, hidden=hidden, edit=my_edit())
    else:
        extras.hide_extra(*here, edition, block_id, hidden=hidden, edit=my_edit())
    note_issue(issue, f"{act} {block_id}")
    return _back(number, edition, block_id)


@pages.post(f"{BLOCKS}/<block_id>/remove")
@staff_may(Act.COMPOSE)
def remove(number: int, block_id: str) -> ResponseReturnValue:
    issue, edition = _asked(number)
    now_there = fingerprint(_find(issue, edition, block_id).to_dict())
    if request.form.get("was", now_there) != now_there:
        wrong = _(
            "Somebody changed this block meanwhile. It is still there: look again."
        )
        return page(issue, edition=edition, wrong=wrong), 409
    here = (session(), settings(), issue)
    if edition == BASE_KEY:
        compose.remove_block(*here, block_id, edit=my_edit())
    else:
        extras.remove_extra(*here, edition, block_id, edit=my_edit())
    note_issue(issue, f"removed {block_id}")
    return redirect(_page(number, edition, _anchor="issue"), 303)


def _asked(number: int) -> tuple[Issue, str]:
    """The issue and the key of the edition that is worked on."""
    issue = compose.find_issue(session(), number)
    key = request.form.get("edition", BASE_KEY)
    return issue, Composition.of(issue).edition(key).key


def _section_with_room(issue: Issue, edition: str) -> str | None:
    """The block that a next story comes after; None: at the end."""
    blocks = Composition.of(issue).blocks_of(edition)
    rooms = [one for one in fillings(blocks).values() if one.has_room]
    # One that lacks stories goes before one that could have more.
    rooms.sort(key=lambda one: one.lacks == 0)
    return rooms[0].last if rooms else None


def _find(issue: Issue, edition: str, block_id: str) -> Block:
    blocks = Composition.of(issue).blocks_of(edition)
    for block in blocks:
        if block.id == block_id:
            return block
    raise UnknownBlock(issue.number, block_id, [block.id for block in blocks])


def _add(
    issue: Issue, edition: str, document: dict[str, Any], after: str | None = None
) -> str:
    here = (session(), settings(), issue)
    if edition == BASE_KEY:
        return compose.add_block(*here, document, after=after, edit=my_edit())
    return extras.add_extra(*here, edition, document, after=after, edit=my_edit())


def _refused(
    number: int, edition: str, form: BlockForm, error: Exception
) -> ResponseReturnValue:
    session().rollback()
    form.wrong["form"] = explain(error)
    issue = compose.find_issue(session(), number)
    return page(issue, edition=edition, form=form), 422


def _back(number: int, edition: str, block_id: str) -> ResponseReturnValue:
    return redirect(_page(number, edition, _anchor=block_id), 303)


def _page(number: int, edition: str, **more: str) -> str:
    if edition != BASE_KEY:
        more["edition"] = edition
    return url_for("desk_compose.show", number=number, **more)  # type: ignore[arg-type]
