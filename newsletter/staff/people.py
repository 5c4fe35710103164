"""Adding staff, and saying who acts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.partners.models import Partner
from newsletter.staff import audit
from newsletter.staff.errors import NotAllowed, StaffExists, UnknownStaff, WrongReach
from newsletter.staff.models import Staff, StaffRole
from newsletter.staff.roles import Act, may
from subscribers.addresses import normalise
from subscribers.regions import NamedRegion

OPERATOR = "operator"  # whoever holds the machine, when no one staff member is meant


def add_staff(
    session: Session,
    *,
    email: str,
    role: StaffRole,
    region: NamedRegion | None = None,
    partner: Partner | None = None,
    by: str,
    now: datetime,
) -> Staff:
    """Add somebody, or return who is there already with the same role and reach.

    Raises StaffExists when they are there with another one, WrongReach when a board
    has no region, a partner's people no partner, or anybody else has either.
    """
    _check_reach(role, region, partner)
    address = normalise(email)
    known = session.scalar(select(Staff).where(Staff.email == address))
    if known is not None:
        reach = (known.role, known.region_code, known.partner_id)
        wanted = (role, region and region.code, partner and partner.id)
        if reach != wanted:
            raise StaffExists(address, known.role)
        return known
    staff = Staff(
        email=address,
        role=role,
        region_code=region.code if region else None,
        partner_id=partner.id if partner else None,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    audit.record(
        session, by=by, act=Act.STAFF, subject=f"staff {address}", note=role, now=now
    )
    return staff


def find_staff(session: Session, email: str) -> Staff:
    """Raises UnknownStaff."""
    address = email.strip().lower()
    staff = session.scalar(select(Staff).where(Staff.email == address))
    if staff is None:
        raise UnknownStaff(address)
    return staff


def who_acts(session: Session, email: str | None) -> str:
    """The name for the audit log: ``email``, else the only staff member, else operator.

    Raises UnknownStaff when ``email`` is nobody on the staff.
    """
    if email == OPERATOR:
        return OPERATOR
    if email is not None:
        return find_staff(session, email).email
    everybody = session.scalars(select(Staff.email).limit(2)).all()
    return everybody[0] if len(everybody) == 1 else OPERATOR


def allow(session: Session, by: str, act: Act) -> None:
    """Raise NotAllowed unless ``by`` may do this; the operator holds the machine."""
    if by == OPERATOR:
        return
    staff = find_staff(session, by)
    if not may(staff.role, act):
        raise NotAllowed(by, staff.role, act)


def _check_reach(
    role: StaffRole, region: NamedRegion | None, partner: Partner | None
) -> None:
    if role is StaffRole.BOARD and region is None:
        raise WrongReach("A board needs its region: add --region GM....")
    if role is StaffRole.PARTNER and partner is None:
        raise WrongReach(
            "A partner's own people need their partner: add --partner SLUG."
        )
    if region is not None and role is not StaffRole.BOARD:
        raise WrongReach(f"Only a board has a region; {role} has none.")
    if partner is not None and role is not StaffRole.PARTNER:
        raise WrongReach(f"Only a partner's people have a partner; {role} has none.")
