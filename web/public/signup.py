"""Subscribing: one form, one answer.

The answer is the same whether or not an address was known: a form must not tell
strangers who our readers are. Other sites may post this form or JSON to us; there is no
session to steal, and all it can do is send one confirmation.
"""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from newsletter.signup import request_subscription
from subscribers.errors import SubscribersError
from subscribers.lists import all_lists
from web.entrance import anyone
from web.errors import wants_json
from web.language import gettext as _
from web.language import language
from web.public.signup_form import SubscribeForm, choices, explain
from web.session import now, session

pages = Blueprint("signup", __name__)


@pages.get("/subscribe")
@anyone
def form() -> ResponseReturnValue:
    return _page(SubscribeForm.prefilled(request), wrong={}), 200


@pages.post("/subscribe")
@anyone
def sign_up() -> ResponseReturnValue:
    filled = SubscribeForm.read(request)
    if not filled.trapped:
        try:
            _request(filled)
        except SubscribersError as error:
            field, sentence = explain(session(), filled, error)
            if wants_json():
                return jsonify(error=sentence, field=field), 422
            return _page(filled, wrong={field: sentence}), 422
    if wants_json():
        return jsonify(
            message=_("Look in your mailbox: we sent you a mail to confirm with.")
        )
    return render_template("public/signup/look_in_your_mail.html")


def _request(filled: SubscribeForm) -> None:
    first = next(iter(all_lists(session())), None)
    request_subscription(
        session(),
        address=filled.email,
        list_slug=filled.list or (first.slug if first else ""),
        region=filled.region or None,
        roles=list(filled.roles),
        partners=list(filled.partners),
        language=filled.language or language(),
        name=filled.name or None,
        source="json" if request.is_json else "form",
        now=now(),
    )


def _page(filled: SubscribeForm, *, wrong: dict[str, str]) -> str:
    return render_template(
        "public/signup/form.html",
        form=filled,
        choices=choices(session(), filled.list),
        wrong=wrong,
    )
