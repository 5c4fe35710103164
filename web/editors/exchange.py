"""Exchange: what partners share with us, how their feeds do, and what we give them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import NewsletterError
from newsletter.exchange import changes, feeds, withdrawing
from newsletter.exchange.layers import field_named
from newsletter.exchange.schedule import POLL
from newsletter.exchange.troubles import say
from newsletter.feeds import WRITERS
from newsletter.jobs.queue import enqueue
from newsletter.library.stories import find_item
from newsletter.library.terms import terms_of
from newsletter.partners.models import Partner
from newsletter.partners.partners import all_partners, find_partner
from newsletter.partners.terms import FREE, Terms, change, read_terms
from newsletter.sharing.addresses import (
    address_of,
    feed_out_of,
    make_feed,
    revoke_feeds,
)
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import me, staff_may
from web.editors.audited import note
from web.editors.words import explain
from web.language import language
from web.session import now, session, settings, signer

pages = Blueprint("desk_exchange", __name__)


@pages.get("/desk/exchange/")
@staff_may(Act.READ_DESK)
def show() -> ResponseReturnValue:
    return _page()


@pages.post("/desk/exchange/feeds")
@staff_may(Act.EDIT_LIBRARY)
def add() -> ResponseReturnValue:
    typed = request.form.to_dict()
    try:
        feed = feeds.add_feed(
            session(),
            url=typed.get("url", ""),
            partner=typed.get("partner", ""),
            now=now(),
        )
    except (NewsletterError, SubscribersError) as error:
        session().rollback()
        return _page(typed=typed, wrong=explain(error)), 422
    _ask_soon()
    note(Act.EDIT_LIBRARY, f"partner {feed.partner.slug}", "feed added")
    return _back()


@pages.post("/desk/exchange/feeds/<any(stop,start):act>")
@staff_may(Act.EDIT_LIBRARY)
def switch(act: str) -> ResponseReturnValue:
    url = request.form.get("url", "")
    if act == "stop":
        feed = feeds.stop_feed(session(), url, now=now())
    else:
        feed = feeds.start_feed(session(), url, now=now())
        _ask_soon()
    note(Act.EDIT_LIBRARY, f"partner {feed.partner.slug}", f"feed {act}")
    return _back()


@pages.get("/desk/exchange/pieces/<slug>")
@staff_may(Act.READ_DESK)
def piece(slug: str) -> ResponseReturnValue:
    item = find_item(session(), slug)
    row = changes.source_of(session(), item)
    if row is None or row.changed_at is None:
        return redirect(url_for("desk_library.change", shelf="stories", slug=slug))
    return render_template(
        "editors/exchange/changed.html",
        item=item,
        row=row,
        differences=changes.differences(row),
        field_name=lambda name: field_named(name).words[language()],
    )


@pages.post("/desk/exchange/pieces/<slug>/<any(take,keep):act>")
@staff_may(Act.EDIT_LIBRARY)
def decide(slug: str, act: str) -> ResponseReturnValue:
    item = find_item(session(), slug)
    if act == "take":
        changes.take_over(session(), settings(), item, by=me().email, now=now())
    else:
        changes.keep_ours(session(), item)
    said = {"take": "took the source's changes over", "keep": "kept ours"}
    note(Act.EDIT_LIBRARY, f"piece {slug}", said[act])
    return _back()


@pages.post('/desk/exchange/pieces/<slug>/<any(withdraw,"give-back"):act>')
@staff_may(Act.EDIT_LIBRARY)
def withdraw(slug: str, act: str) -> ResponseReturnValue:
    item = find_item(session(), slug)
    if act == "withdraw":
        withdrawing.withdraw(item, now=now())
    else:
        withdrawing.give_back(item)
    note(Act.EDIT_LIBRARY, f"piece {slug}", act)
    return _back()


@pages.post("/desk/exchange/pieces/<slug>/terms")
@staff_may(Act.EDIT_LIBRARY)
def keep_from(slug: str) -> ResponseReturnValue:
    """A story of ours that some partners may not have."""
    item = find_item(session(), slug)
    changed = change(
        terms_of(item),
        not_for=request.form.getlist("not_for"),
        known=[one.slug for one in all_partners(session())],
    )
    item.terms = None if changed == FREE else changed.to_document()
    note(Act.EDIT_LIBRARY, f"piece {slug}", "terms changed")
    return redirect(
        url_for("desk_library.change", shelf="stories", slug=slug, saved="yes"), 303
    )


@pages.get("/desk/exchange/partners/<slug>")
@staff_may(Act.READ_DESK)
def partner(slug: str) -> ResponseReturnValue:
    found = _partner(slug)
    return _partner_page(found, read_terms(found.terms))


@pages.post("/desk/exchange/partners/<slug>")
@staff_may(Act.EDIT_LIBRARY)
def terms(slug: str) -> ResponseReturnValue:
    found = _partner(slug)
    form = request.form
    try:
        changed = change(
            read_terms(found.terms),
            text=form.get("text", ""),
            headline_may_change="headline" in form,
            until=form.get("until", ""),
            not_for=form.getlist("not_for"),
            pass_on="pass_on" in form,
            known=[one.slug for one in all_partners(session())],
        )
    except NewsletterError as error:
        wrong = explain(error)
        return _partner_page(found, read_terms(found.terms), wrong=wrong), 422
    found.terms = changed.to_document()
    note(Act.EDIT_LIBRARY, f"partner {slug}", "terms changed")
    return redirect(url_for(".partner", slug=slug, saved="yes"), code=303)


@pages.post("/desk/exchange/partners/<slug>/feed/<any(make,revoke):act>")
@staff_may(Act.EDIT_LIBRARY)
def give(slug: str, act: str) -> ResponseReturnValue:
    found = _partner(slug)
    if act == "make":
        make_feed(session(), found, now=now())
    else:
        revoke_feeds(session(), found, now=now())
    note(Act.EDIT_LIBRARY, f"partner {slug}", f"feed {act}")
    return redirect(url_for(".partner", slug=slug, _anchor="feed"), code=303)


def _page(*, typed: dict[str, str] | None = None, wrong: str = "") -> str:
    return render_template(
        "editors/exchange/show.html",
        feeds=[
            (feed, feeds.health_of(feed), _trouble(feed.trouble, feed.detail))
            for feed in feeds.all_feeds(session())
        ],
        changed=[row for row in changes.undecided(session()) if row.item],
        withdrawn=withdrawing.withdrawn_pieces(session()),
        arrived=withdrawing.arrived(session()),
        partners=all_partners(session()),
        typed=typed or {},
        wrong={"url": wrong} if wrong else {},
    )


def _trouble(trouble: str | None, detail: str) -> tuple[str, str] | None:
    return say(trouble, detail, language()) if trouble else None


def _partner_page(found: Partner, kept: Terms, *, wrong: str = "") -> str:
    out = feed_out_of(session(), found)
    return render_template(
        "editors/exchange/partner.html",
        partner=found,
        terms=kept,
        others=[one for one in all_partners(session()) if one.id != found.id],
        addresses=[
            address_of(signer(), out, settings().base_url, ending) for ending in WRITERS
        ]
        if out
        else [],
        saved=request.args.get("saved", ""),
        wrong=wrong,
    )


def _partner(slug: str) -> Partner:
    try:
        return find_partner(session(), slug)
    except NewsletterError:
        abort(404)


def _ask_soon() -> None:
    """A worker looks within seconds, not at the next quarter of an hour."""
    enqueue(session(), POLL, {}, now=now())


def _back() -> ResponseReturnValue:
    return redirect(url_for(".show"), code=303)
