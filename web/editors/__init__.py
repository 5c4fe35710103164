"""The editors' desk: library, issues, sending. Everything works without JavaScript.

To add a page, write one module with its own blueprint and list it in PAGES; every view
names the staff act it needs (``web.auth.staff_may``).
"""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Flask, Response

from newsletter.dispatch.bundles.errors import NoBundle
from newsletter.dispatch.errors import AlreadyStarted, NotNowPossible
from newsletter.errors import NewsletterError
from newsletter.exchange.errors import NothingChanged, UnknownFeed
from newsletter.issues.errors import (
    ChangedMeanwhile,
    IssueFrozen,
    TooManyVariants,
    UnknownBlock,
    UnknownIssue,
    UnknownVersion,
)
from newsletter.library.errors import UnknownItem
from newsletter.library.terms import terms_of
from newsletter.preflight.jargon import UnknownJargon
from subscribers.errors import SubscribersError
from subscribers.segments.saved import UnknownSegment
from web.editors import (
    adding,
    approval,
    blocks,
    check,
    compose,
    correction,
    editions,
    exchange,
    history,
    issues,
    jargon,
    knowledge_view,
    library,
    mailing,
    piece_history,
    piece_words,
    preview,
    segments,
    sign_in,
    today,
    versions,
    words,
)
from web.errors import error_page

PAGES: tuple[Blueprint, ...] = (
    sign_in.pages,
    today.pages,
    library.pages,
    adding.pages,
    piece_history.pages,
    exchange.pages,
    issues.pages,
    compose.pages,
    blocks.pages,
    editions.pages,
    history.pages,
    versions.pages,
    segments.pages,
    preview.pages,
    check.pages,
    approval.pages,
    jargon.pages,
    mailing.pages,
    correction.pages,
)


def install(app: Flask) -> None:
    """Teach the templates how the desk says things."""
    app.jinja_env.filters.update(
        number=words.number,
        terms=terms_of,
        minutes=words.minutes,
        when=words.when,
        exactly=words.exactly,
        lasting=words.lasting,
        sentence=words.sentence,
        item_kind=words.item_kind,
        relation=words.relation,
        shares=knowledge_view.shares,
        dead=words.dead,
        used_as=piece_words.used_as,
        piece_field=piece_words.piece_field,
        version_kind=piece_words.version_kind,
        staff_role=words.role,
        mailing_state=words.mailing_state,
        exclusion=words.exclusion,
        delivery_state=words.delivery_state,
    )
    for kind, status in STATUS.items():
        app.register_error_handler(kind, partial(_refuse, status))


# What an editor runs into on a desk page, said in the page's language.
STATUS: Mapping[type[NewsletterError | SubscribersError], int] = {
    UnknownIssue: 404,
    UnknownItem: 404,
    UnknownFeed: 404,
    NothingChanged: 409,
    UnknownJargon: 404,
    UnknownSegment: 404,
    UnknownBlock: 404,
    UnknownVersion: 404,
    NoBundle: 404,
    ChangedMeanwhile: 409,
    IssueFrozen: 409,
    TooManyVariants: 422,
    AlreadyStarted: 409,
    NotNowPossible: 409,
}


def _refuse(status: int, error: Exception) -> Response:
    return error_page(status, words.not_done(), words.explain(error))
