"""What somebody fills in to subscribe: read from a form or JSON, kept when wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Request
from sqlalchemy.orm import Session

from newsletter.partners.models import Partner
from newsletter.partners.partners import all_partners
from subscribers import regions
from subscribers.addresses import BadAddress
from subscribers.errors import SubscribersError
from subscribers.lists import all_lists
from subscribers.models import MailingList, Role
from subscribers.regions import AmbiguousRegion, NamedRegion, UnknownRegion
from subscribers.roles import all_roles
from subscribers.typed import BadLine
from subscribers.wordings import text_for
from web.errors import wants_json
from web.language import gettext as _
from web.language import language

TRAP = "website"  # a field people never see


class NotAForm(SubscribersError):
    """The body is neither a form nor the JSON we ask for."""


@dataclass(frozen=True)
class SubscribeForm:
    email: str = ""
    list: str = ""  # slug; empty is the first list
    name: str = ""
    region: str = ""
    roles: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    language: str = ""
    via: str = ""  # slug of the partner on whose site it was filled in
    trapped: bool = False  # filled in by something that is not a person

    @classmethod
    def read(cls, request: Request) -> "SubscribeForm":
        """From a form or a JSON object; raise NotAForm for other JSON."""
        if request.is_json:
            values = _json_values(_read_json(request))
            return cls._from(lambda key: values.get(key, []))
        return cls._from(request.form.getlist)

    @classmethod
    def prefilled(cls, request: Request) -> "SubscribeForm":
        """From a link on somebody's site; never a partner's box."""
        found = cls._from(request.args.getlist)
        return cls(
            email=found.email,
            list=found.list,
            region=found.region,
            roles=found.roles,
            via=found.via,
        )

    @classmethod
    def _from(cls, values: Callable[[str], Sequence[str]]) -> "SubscribeForm":
        def one(key: str) -> str:
            return next(iter(values(key)), "").strip()

        return cls(
            email=one("email"),
            list=one("list"),
            name=one("name"),
            region=one("region"),
            roles=tuple(filter(None, values("role"))),
            partners=tuple(filter(None, values("partner"))),
            language=one("language"),
            via=one("via"),
            trapped=bool(one(TRAP)),
        )


@dataclass(frozen=True)
class Choices:
    """What the form offers, with the exact words one says yes to."""

    mailing_list: MailingList | None  # None when there is none yet
    other_lists: list[MailingList]
    words: str  # for the list itself
    partners: list[tuple[Partner, str]]  # each with the words of its own box
    roles: list[Role]
    municipalities: Sequence[NamedRegion]
    provinces: Sequence[NamedRegion]


def choices(session: Session, slug: str = "") -> Choices:
    """The form of one list: the one of that slug, else the first."""
    lists = all_lists(session)
    known = regions.gazetteer(session)
    chosen = next((one for one in lists if one.slug == slug), next(iter(lists), None))
    partners = all_partners(session) if chosen else []
    return Choices(
        mailing_list=chosen,
        other_lists=[one for one in lists if one is not chosen],
        words=text_for(chosen, chosen.sender, language()) if chosen else "",
        partners=[
            (partner, text_for(chosen, partner.sender, language()))
            for partner in partners
            if chosen and partner.sender_id != chosen.sender_id
        ],
        roles=all_roles(session),
        municipalities=known.municipalities_by_name,
        provinces=known.provinces_by_name,
    )


def partner_behind(session: Session, form: SubscribeForm) -> Partner | None:
    """On whose site it was filled in; None on our own, and for a name we don't know."""
    known = {partner.slug: partner for partner in all_partners(session)}
    return known.get(form.via)


def explain(
    session: Session, form: SubscribeForm, error: SubscribersError
) -> tuple[str, str]:
    """Which field is wrong, and what to do about it in the reader's language."""
    if isinstance(error, BadAddress):
        return "email", explain_address(form.email)
    if isinstance(error, UnknownRegion | AmbiguousRegion):
        return "region", explain_region(session, form.region)
    if isinstance(error, BadLine):
        return "name", _("Write your name on one line, without special signs.")
    return "form", explain_choice(error)


def explain_address(typed: str) -> str:
    """What to do about an address we cannot mail."""
    local, at, domain = typed.strip().rpartition("@")
    if at and local and domain and not local.isascii():
        return _(
            "The part before the @ has letters that many mail servers refuse. Do you "
            "have an address with plain letters?"
        )
    if at and local and not domain.isascii():
        return _(
            "After the @ are letters that only look like ordinary ones, or that cannot "
            "stand there. Type the address anew."
        )
    return _(
        "This does not look like an e-mail address. Is there an @ in it, and is "
        "nothing missing?"
    )


def explain_choice(error: SubscribersError) -> str:
    """A box or a list that is no longer there; programs are told which."""
    if wants_json():
        return str(error)
    return _("This form has changed since you opened it. Choose once more.")


def explain_region(session: Session, typed: str) -> str:
    """Name what may have been meant."""
    names = [region.name for region in regions.search(session, typed, limit=4)]
    if not names:
        return _(
            "We do not know this municipality. Type its name, or 'provincie' with the "
            "name of a province. Leaving it empty is fine too."
        )
    return _("Which one do you mean: %(names)s?") % {"names": ", ".join(names)}


def _read_json(request: Request) -> object:
    try:
        return request.get_json(silent=True)
    except RecursionError:  # a program nested it so deep that nobody can read it
        return None


def _json_values(document: object) -> Mapping[str, list[str]]:
    if not isinstance(document, dict):
        raise NotAForm("Send a JSON object with at least the field email.")
    values = {}
    for key, value in document.items():
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in several if one is not None):
            raise NotAForm(f"The field {str(key)[:40]!r} must be text.")
        values[str(key)] = [one for one in several if one is not None]
    return values
