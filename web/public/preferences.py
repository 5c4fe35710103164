"""A reader's own page, by the link in every mail: see and change one's choices.

The link travels along with a forwarded mail, so what it opens stays harmless: nobody
joins a list, downloads, erases or moves to another address by it. For those we mail a
fresh link to the address itself (``details``).

To add something a reader can do here, write a function and list it in ACTIONS.
"""

from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.correspondence.details_link import Wish, mail_details_link
from newsletter.dispatch import departures, leaving_reasons
from newsletter.partners.partners import all_partners
from newsletter.signup import request_return
from subscribers import preferences, subscriptions
from subscribers.errors import SubscribersError
from subscribers.models import Sender, Subscriber, Subscription
from subscribers.preferences import BadPause
from subscribers.regions import AmbiguousRegion, UnknownRegion
from subscribers.tokens import Purpose
from subscribers.typed import BadLine
from subscribers.wordings import text_for
from web.entrance import with_link
from web.errors import error_page
from web.language import gettext as _
from web.language import language, prefer
from web.public.reasons import reasons
from web.public.signed_links import delivery_of, details_address
from web.public.signup_form import choices, explain_choice, explain_region
from web.session import now, session, settings

Act = Callable[[Subscriber], str]  # does it, and says what to show afterwards

SOURCE = "preferences"  # in the consent ledger

pages = Blueprint("preferences", __name__)


@pages.get("/preferences/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    subscriber = _reader(token)
    if subscriber is None:
        return no_longer()
    return _page(subscriber, wrong={}, done=request.args.get("done", ""))


@pages.post("/preferences/<token>")
@with_link
def change(token: str) -> ResponseReturnValue:
    subscriber = _reader(token)
    if subscriber is None:
        return no_longer()
    act = ACTIONS.get(request.form.get("do", ""))
    if act is None:  # none of the page's forms; saving it would empty what we know
        abort(400)
    try:
        with session().begin_nested():
            done = act(subscriber)
    except SubscribersError as error:
        return _page(subscriber, wrong=_explain(error)), 422
    return redirect(url_for(".show", token=token, done=done), 303)


def no_longer() -> ResponseReturnValue:
    return error_page(
        404,
        _("This link no longer works"),
        _("Use the link at the bottom of the newest mail you have from us."),
    )


def _reader(token: str) -> Subscriber | None:
    delivery = delivery_of(Purpose.PREFERENCES, token)
    subscription = (
        departures.subscription_of(session(), *delivery) if delivery else None
    )
    if subscription is None:
        return None
    prefer(subscription.subscriber.language)
    return subscription.subscriber


def _save(subscriber: Subscriber) -> str:
    """The one form: details, partners' editions, how often, and the pause."""
    form = request.form
    preferences.change_details(
        session(),
        subscriber,
        name=form.get("name"),
        region=form.get("region"),
        role_names=form.getlist("role"),
        language=form.get("language"),
    )
    preferences.pause(
        session(),
        subscriber,
        until=_day(form.get("pause", "")),
        today=_today(),
    )
    preferences.choose_frequency(
        session(), subscriber, form.get("frequency", subscriber.frequency)
    )
    for chosen in preferences.read(session(), subscriber).lists:
        _save_list(chosen.subscription)
    return "saved"


def _save_list(subscription: Subscription) -> None:
    slug = subscription.mailing_list.slug
    ticked = request.form.getlist(f"partner-{slug}")
    offered = _offered(subscription)
    chosen = [sender for sender in offered if sender.slug in ticked]
    preferences.set_partners(
        session(), subscription, chosen, language=language(), now=now()
    )
    edition = request.form.get(f"edition-{slug}", "")
    preferences.choose_edition(
        session(),
        subscription,
        next((sender for sender in chosen if sender.slug == edition), None),
    )


def _leave_list(subscriber: Subscriber) -> str:
    for chosen in preferences.read(session(), subscriber).lists:
        if chosen.subscription.mailing_list.slug == request.form.get("list"):
            subscriptions.end(session(), chosen.subscription, source=SOURCE, now=now())
    return "left"


def _say_why(_subscriber: Subscriber) -> str:
    delivery = delivery_of(Purpose.PREFERENCES, str((request.view_args or {})["token"]))
    if delivery is not None:
        reason = request.form.get("reason", "")
        leaving_reasons.give(session(), *delivery, reason, now=now())
    return "said"


def _come_back(subscriber: Subscriber) -> str:
    for subscription in subscriptions.subscriptions_of(session(), subscriber):
        if subscription.mailing_list.slug == request.form.get("list"):
            request_return(session(), subscription, now=now())
    return "back"


def _leave_everything(subscriber: Subscriber) -> str:
    subscriptions.end_everything(session(), subscriber, source=SOURCE, now=now())
    return "left"


def _mail_link(subscriber: Subscriber) -> str:
    wish = request.form.get("wish", "")
    mail_details_link(
        session(),
        subscriber=subscriber,
        wish=Wish(wish) if wish in set(Wish) else Wish.EXPORT,
        url=details_address(subscriber),
        language=language(),
        now=now(),
    )
    return "mailed"


ACTIONS: Mapping[str, Act] = {
    "save": _save,
    "leave": _leave_list,
    "leave-everything": _leave_everything,
    "why": _say_why,
    "back": _come_back,
    "mail-link": _mail_link,
}


def _page(subscriber: Subscriber, *, wrong: dict[str, str], done: str = "") -> str:
    found = preferences.read(session(), subscriber)
    return render_template(
        "public/preferences/page.html",
        found=found,
        # What was typed stays, also when something in it was refused.
        typed=request.form if wrong else None,
        region_typed=_as_typed(found),
        choices=choices(session()),
        offered={
            chosen.subscription.id: [
                (sender, text_for(chosen.subscription.mailing_list, sender, language()))
                for sender in _offered(chosen.subscription)
            ]
            for chosen in found.lists
        },
        wrong=wrong,
        done=done,
        reasons=reasons(),
        today=_today(),
    )


def _as_typed(found: preferences.Preferences) -> str:
    """The region as its reader would type it: a bare name means the municipality."""
    name = found.region_name or ""
    code = found.subscriber.region_code or ""
    return f"provincie {name}" if code.startswith("PV") else name


def _offered(subscription: Subscription) -> list[Sender]:
    """The partners whose box stands under this list."""
    return [
        partner.sender
        for partner in all_partners(session())
        if partner.sender_id != subscription.mailing_list.sender_id
    ]


def _explain(error: SubscribersError) -> dict[str, str]:
    if isinstance(error, UnknownRegion | AmbiguousRegion):
        region = request.form.get("region", "")
        return {"region": explain_region(session(), region)}
    if isinstance(error, BadPause):
        return {"pause": _("Choose a day from tomorrow to a year from now.")}
    if isinstance(error, BadLine):
        return {"name": _("Write your name on one line, without special signs.")}
    return {"form": explain_choice(error)}


def _day(text: str) -> date | None:
    """The day of a date field; None when it is empty, BadPause when it is no day."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        today = _today()
        raise BadPause(today, first=today, last=today) from error


def _today() -> date:
    return now().astimezone(settings().timezone).date()
