"""Subscribing: one form, one answer.

The answer is the same whether or not an address was known: a form must not tell
strangers who our readers are. Other sites may post this form or JSON to us, or show it
in a frame (``/subscribe/embed``); there is no session to steal, and all it can do is
send one confirmation.
"""

from datetime import timedelta
from math import ceil

from flask import (
    Blueprint,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from newsletter.signup import FilledIn
from newsletter.signup import sign_up as write_down
from subscribers.errors import SubscribersError
from web import headers
from web.entrance import anyone
from web.errors import wants_json
from web.language import gettext as _
from web.language import language
from web.public.signup_form import SubscribeForm, choices, explain, partner_behind
from web.rate_limit import RateLimit
from web.session import house, now, reading, settings

# From one machine. A town hall where everybody signs up after a talk is one machine,
# and so is a partner's server that posts for its visitors.
MOST_AT_ONCE = 100
ANOTHER_EVERY = timedelta(seconds=6)
_RATE_LIMIT = "buurtpost-sign-ups"

pages = Blueprint("signup", __name__)


@pages.record
def _install(state: BlueprintSetupState) -> None:
    limit = RateLimit(most=MOST_AT_ONCE, every=ANOTHER_EVERY)
    state.app.extensions[_RATE_LIMIT] = limit


@pages.get("/subscribe", provide_automatic_options=False)
@anyone
def form() -> ResponseReturnValue:
    return _page(SubscribeForm.prefilled(request), wrong={})


@pages.post("/subscribe", provide_automatic_options=False)
@anyone
def sign_up() -> ResponseReturnValue:
    # What a script on somebody's site posts as JSON it may read the answer to.
    headers.readable_anywhere()
    return _sign_up(framed=False)


@pages.route("/subscribe", methods=["OPTIONS"], provide_automatic_options=False)
@anyone
def may_i() -> ResponseReturnValue:
    """A browser asks before a script of another site may post JSON."""
    headers.readable_anywhere()
    response = make_response("", 204)
    response.headers["Allow"] = "GET, HEAD, OPTIONS, POST"
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


@pages.get("/subscribe/embed")
@anyone
def embedded() -> ResponseReturnValue:
    headers.framed_anywhere()
    return _page(SubscribeForm.prefilled(request), wrong={}, framed=True)


@pages.post("/subscribe/embed")
@anyone
def sign_up_embedded() -> ResponseReturnValue:
    headers.framed_anywhere()
    return _sign_up(framed=True)


@pages.get("/subscribe/for-your-site")
@anyone
def for_your_site() -> ResponseReturnValue:
    """The form as a partner may put it on its own pages: two ways, no JavaScript."""
    filled = SubscribeForm.prefilled(request)
    partner = partner_behind(reading(), filled)
    return render_template(
        "public/signup/for_your_site.html",
        via=partner.slug if partner else None,
        choices=choices(reading(), filled.list),
        base=settings().base_url,
    )


def _sign_up(*, framed: bool) -> ResponseReturnValue:
    filled = SubscribeForm.read(request)
    limit: RateLimit = current_app.extensions[_RATE_LIMIT]
    wait = limit.wait(request.remote_addr or "", now=now())
    if wait:
        return _too_many(filled, wait, framed=framed)
    meant = None
    if not filled.trapped:
        try:
            meant = _request(filled)
        except SubscribersError as error:
            field, sentence = explain(reading(), filled, error)
            if wants_json():
                return jsonify(error=sentence, field=field), 422
            return _page(filled, wrong={field: sentence}, framed=framed), 422
    if wants_json():
        words = _("Look in your mailbox: we sent you a mail to confirm with.")
        return jsonify({"message": words} | ({"hint": meant} if meant else {}))
    return render_template(
        "public/signup/look_in_your_mail.html", meant=meant, form=filled, framed=framed
    )


def _too_many(
    filled: SubscribeForm, wait: timedelta, *, framed: bool
) -> ResponseReturnValue:
    sentence = _("Many people sign up from here at the moment. Try again in a minute.")
    seconds = ceil(wait.total_seconds())
    if wants_json():
        return jsonify(error=sentence), 429, {"Retry-After": str(seconds)}
    page = _page(filled, wrong={"form": sentence}, framed=framed)
    return page, 429, {"Retry-After": str(seconds)}


def _request(filled: SubscribeForm) -> str | None:
    kind = "json" if request.is_json else "form"
    partner = partner_behind(reading(), filled)
    return write_down(
        house().database,
        FilledIn(
            address=filled.email,
            list_slug=filled.list,
            name=filled.name or None,
            region=filled.region or None,
            roles=filled.roles,
            partners=filled.partners,
            language=filled.language or language(),
        ),
        # What the consent ledger says about where it was filled in.
        source=f"partner-{kind}:{partner.slug}" if partner else kind,
        now=now(),
    )


def _page(filled: SubscribeForm, *, wrong: dict[str, str], framed: bool = False) -> str:
    return render_template(
        "public/signup/form.html",
        form=filled,
        choices=choices(reading(), filled.list),
        wrong=wrong,
        framed=framed,
    )
