"""Partners: add one, find one."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import media
from newsletter.errors import NewsletterError
from newsletter.partners.brands import read_colour
from newsletter.partners.models import Partner
from newsletter.settings import Settings
from subscribers import addresses, senders, typed
from subscribers.models import Sender

LOGO_MOST_WIDTH = 600  # px kept: three times the width it is shown at
NAME_MOST = 80
# A partner's slug names its edition, and one edition is there already.
TAKEN_SLUGS = frozenset({"base"})


class PartnersError(NewsletterError):
    """Something about a partner is not right."""


class UnknownPartner(PartnersError):
    def __init__(self, slug: str, known: list[str]) -> None:
        names = f"Known are: {', '.join(known)}." if known else "There are none yet."
        super().__init__(
            f"There is no partner {typed.shown(slug)}. {names} "
            "Add one with `buurtpost partners add`."
        )


class PartnerExists(PartnersError):
    def __init__(self, slug: str) -> None:
        super().__init__(f"There is a partner {slug!r} already. Choose another slug.")


def add_partner(
    session: Session,
    settings: Settings,
    *,
    slug: str,
    name: str,
    logo: Path | bytes,
    logo_dark: Path | bytes | None = None,
    colour: str,
    from_address: str | None = None,
    now: datetime,
) -> Partner:
    """Add a partner and the sender of the same slug that readers consent to.

    A sender that has the slug already becomes the partner's. ``colour`` is kept as
    given; ``brands.brand_of`` says in which shade it is shown. Without ``logo_dark``
    dark screens show ``logo`` on white.
    """
    slug = typed.slug(slug, what="slug of the partner")
    if slug in TAKEN_SLUGS:
        raise PartnersError(
            f"{slug!r} is what receipts call the issue itself. Choose another slug."
        )
    if _find(session, slug):
        raise PartnerExists(slug)
    name = typed.line(name, what="name of the partner", most=NAME_MOST)
    colour = read_colour(colour)
    if from_address is not None:
        from_address = addresses.normalise(from_address)
    partner = Partner(
        slug=slug, name=name, colour=colour, from_address=from_address, created_at=now
    )
    change_logos(settings, partner, logo=logo, logo_dark=logo_dark)
    partner.sender = session.scalar(
        select(Sender).where(Sender.slug == slug)
    ) or senders.add_sender(session, slug=slug, name=name, postal_address="")
    session.add(partner)
    session.flush()
    return partner


def change_logos(
    settings: Settings,
    partner: Partner,
    *,
    logo: Path | bytes | None = None,
    logo_dark: Path | bytes | None = None,
) -> None:
    """Give it these; None leaves the one there is. Raises BadPicture."""
    if logo is not None:
        kept = _stored(settings, logo)
        partner.logo = kept.hash
        partner.logo_width, partner.logo_height = kept.width, kept.height
    if logo_dark is not None:
        kept = _stored(settings, logo_dark)
        partner.logo_dark = kept.hash
        partner.logo_dark_width, partner.logo_dark_height = kept.width, kept.height


def _stored(settings: Settings, logo: Path | bytes) -> media.StoredImage:
    data = logo if isinstance(logo, bytes) else media.read(logo)
    return media.store(settings.media, data, max_width=LOGO_MOST_WIDTH)


def find_partner(session: Session, slug: str) -> Partner:
    """The partner of a slug; raise UnknownPartner naming those there are."""
    partner = _find(session, slug)
    if partner is None:
        raise UnknownPartner(slug, [known.slug for known in all_partners(session)])
    return partner


def all_partners(session: Session) -> list[Partner]:
    """All partners by name."""
    return list(session.scalars(select(Partner).order_by(Partner.name, Partner.id)))


def _find(session: Session, slug: str) -> Partner | None:
    # A NUL is refused by PostgreSQL before it can look.
    return session.scalar(
        select(Partner).where(Partner.slug == slug.replace("\0", "").strip())
    )
