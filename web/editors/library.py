"""Stories and knowledge: listed, searched, written, changed, linked.

Both shelves are the same pages: a knowledge item is the same kind of row as a story.
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.issues.usage import uses_of
from newsletter.library import knowledge
from newsletter.library.dead_links import addresses_of, look_now
from newsletter.library.errors import UnknownItem
from newsletter.library.models import ItemKind, LibraryItem, Relation
from newsletter.library.search import all_themes
from newsletter.library.stories import add_item, find_item, items_of
from newsletter.partners.partners import all_partners
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from subscribers.regions import municipalities, provinces
from subscribers.typed import slug_of
from web.auth import me, staff_may
from web.editors.audited import note
from web.editors.knowledge_view import knowledge_view
from web.editors.library_form import KINDS, KNOWLEDGE, STORIES, PieceForm, split
from web.editors.library_view import MOST_LISTED, Asked, rows
from web.editors.words import explain
from web.session import house, now, session, settings

pages = Blueprint("desk_library", __name__)
SHELF = "/desk/<any(stories,knowledge):shelf>"
MOST_SLUG = 50
LOOKED_AT = 24  # links of a piece, while somebody waits


def shelf_of(item: LibraryItem) -> str:
    return STORIES if item.is_story else KNOWLEDGE


@pages.get(f"{SHELF}/")
@staff_may(Act.READ_DESK)
def show(shelf: str) -> ResponseReturnValue:
    asked = Asked.read(request.args)
    found, wrong = rows(session(), shelf, asked)
    return render_template(
        "editors/library/list.html",
        shelf=shelf,
        rows=found,
        wrong=wrong,
        asked=asked,
        kinds=KINDS[shelf],
        partners=all_partners(session()),
        themes=all_themes(session()),
        provinces=provinces(session()),
        municipalities=municipalities(session()),
        most=MOST_LISTED,
    )


@pages.get(f"{SHELF}/new")
@staff_may(Act.EDIT_LIBRARY)
def new(shelf: str) -> ResponseReturnValue:
    return piece_page(shelf, PieceForm(KINDS[shelf][0]), None)


@pages.post(f"{SHELF}/new")
@staff_may(Act.EDIT_LIBRARY)
def add(shelf: str) -> ResponseReturnValue:
    form = PieceForm.read(request, shelf)
    item = _save(form, _free_slug(form.title), replace=False)
    if item is None:
        return piece_page(shelf, form, None), 422
    return redirect(
        url_for(".change", shelf=shelf, slug=item.slug, saved="new"), code=303
    )


@pages.get(f"{SHELF}/<slug>")
@staff_may(Act.READ_DESK)
def change(shelf: str, slug: str) -> ResponseReturnValue:
    item = find_piece(shelf, slug)
    return piece_page(shelf, PieceForm.of(session(), item), item)


@pages.post(f"{SHELF}/<slug>")
@staff_may(Act.EDIT_LIBRARY)
def save(shelf: str, slug: str) -> ResponseReturnValue:
    item = find_piece(shelf, slug)
    form = PieceForm.read(request, shelf)
    if _save(form, item.slug, replace=True) is None:
        session().rollback()
        return piece_page(shelf, form, find_piece(shelf, slug)), 422
    return redirect(url_for(".change", shelf=shelf, slug=slug, saved="yes"), code=303)


@pages.post(f"{SHELF}/<slug>/look")
@staff_may(Act.EDIT_LIBRARY)
def look_again(shelf: str, slug: str) -> ResponseReturnValue:
    """At what its links answer now."""
    urls = addresses_of(session(), [find_piece(shelf, slug).slug])
    # Others are waited for without a transaction of ours.
    session().rollback()
    look_now(house().database, settings(), urls[:LOOKED_AT], now=now())
    return redirect(url_for(".change", shelf=shelf, slug=slug), code=303)


@pages.post("/desk/stories/<slug>/links")
@staff_may(Act.EDIT_LIBRARY)
def link(slug: str) -> ResponseReturnValue:
    item = find_piece(STORIES, slug)
    typed = request.form.to_dict()
    try:
        knowledge.link(
            session(),
            story=slug,
            knowledge=typed.get("knowledge", ""),
            relation=typed.get("relation", ""),
            why=typed.get("why", ""),
            now=now(),
        )
    except (NewsletterError, SubscribersError):
        # The selects hold only what exists: the relation or the why is missing.
        session().rollback()
        item = find_piece(STORIES, slug)
        form = PieceForm.of(session(), item)
        return piece_page(STORIES, form, item, link=typed, link_wrong=True), 422
    note(Act.EDIT_LIBRARY, f"piece {slug}", f"linked to {typed['knowledge']}")
    return _at_the_links(slug, linked=typed["knowledge"])


@pages.post("/desk/stories/<slug>/links/<known>/remove")
@staff_may(Act.EDIT_LIBRARY)
def unlink(slug: str, known: str) -> ResponseReturnValue:
    find_piece(STORIES, slug)
    knowledge.unlink(session(), story=slug, knowledge=known)
    note(Act.EDIT_LIBRARY, f"piece {slug}", f"no longer linked to {known}")
    return _at_the_links(slug)


def _at_the_links(slug: str, **more: str) -> ResponseReturnValue:
    here = {"shelf": STORIES, "slug": slug, "_anchor": "knowledge-links", **more}
    if number := _issue_number():
        here["issue"] = str(number)
    return redirect(url_for(".change", **here), 303)  # type: ignore[arg-type]


def _issue_number() -> int:
    """Of the issue that somebody came from; 0 for none."""
    text = request.values.get("issue", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def find_piece(shelf: str, slug: str) -> LibraryItem:
    try:
        item = find_item(session(), slug)
    except UnknownItem:
        abort(404)
    if shelf_of(item) != shelf:
        abort(404)
    return item


def _save(form: PieceForm, slug: str, *, replace: bool) -> LibraryItem | None:
    """The piece, or None with the reason in the form."""
    if not form.check(session()):
        return None
    image = form.image(settings())
    try:
        item = add_item(
            session(),
            settings(),
            slug=slug,
            kind=form.kind,
            title=form.title,
            body=form.body,
            format=form.format,
            summary=form.summary or None,
            url=form.url or None,
            published_on=form.day,
            people=split(form.people),
            regions=split(form.region),
            themes=split(form.themes),
            image=image,
            image_alt=form.image_alt,
            image_credit=form.credit or None,
            keep_image=replace and image is None and not form.drop_picture,
            partner=form.partner or None,
            source=form.source or None,
            licence=form.licence or None,
            language=form.language,
            replace=replace,
            by=me().email,
            now=now(),
        )
    except (NewsletterError, SubscribersError) as error:
        form.wrong["form"] = explain(error)
        return None
    note(Act.EDIT_LIBRARY, f"piece {item.slug}", "changed" if replace else "added")
    return item


def _free_slug(title: str) -> str:
    """From the title, with a number behind it when another piece has it."""
    wanted = slug_of(title)[:MOST_SLUG].strip("-") or "stuk"
    tries = [wanted, *(f"{wanted}-{number}" for number in range(2, 200))]
    taken = {*items_of(session(), tries), "new"}  # that is a page of its own
    return next(slug for slug in tries if slug not in taken)


def piece_page(
    shelf: str,
    form: PieceForm,
    item: LibraryItem | None,
    *,
    link: dict[str, str] | None = None,
    link_wrong: bool = False,
    just_read: bool = False,
    missing: str = "",
    refused: str = "",
    address: str = "",
) -> str:
    """The form of a piece; ``item`` None is a new one.

    ``just_read`` from a file or a page, of which ``missing`` says what could not be
    had; ``refused`` says why that could not be read, ``address`` is what was typed.
    """
    link = link or request.args.to_dict()  # an address may choose the knowledge
    return render_template(
        "editors/library/piece.html",
        shelf=shelf,
        form=form,
        item=item,
        kinds=KINDS[shelf],
        partners=all_partners(session()),
        provinces=provinces(session()),
        municipalities=municipalities(session()),
        knowledge=knowledge_view(session(), item, link, now=now()) if item else None,
        relations=list(Relation),
        uses=uses_of(session(), item.slug) if item else [],
        link=link,
        link_wrong=link_wrong,
        saved=request.args.get("saved", ""),
        linked=request.args.get("linked", ""),
        issue_number=_issue_number(),
        is_story=form.kind is ItemKind.STORY,
        just_read=just_read,
        missing=missing,
        refused=refused,
        address=address,
    )
