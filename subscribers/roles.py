"""What readers do in the neighbourhood: an editable list, one bit each."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import typed
from subscribers.errors import SubscribersError
from subscribers.models import Role

NAME_MOST = 60
LAST_BIT = 61  # a mask stays a positive 64-bit number with a bit to spare


class UnknownRole(SubscribersError):
    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"There is no role {typed.shown(name)}. Known are: {', '.join(known)}."
        )
        self.name = name


class RoleExists(SubscribersError):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is a role {name!r} already.")


class TooManyRoles(SubscribersError):
    def __init__(self) -> None:
        super().__init__(
            f"There are {LAST_BIT + 1} roles already, which is as many as there can be."
        )


def add_role(session: Session, *, name: str) -> Role:
    """Add a role that readers can choose; its slug is made from its name."""
    name = typed.line(name, what="name of the role", most=NAME_MOST)
    slug = typed.slug(typed.slug_of(name), what="name of the role")
    known = all_roles(session)
    if any(role.slug == slug for role in known):
        raise RoleExists(name)
    bit = max((role.bit for role in known), default=-1) + 1
    if bit > LAST_BIT:
        raise TooManyRoles
    role = Role(slug=slug, name=name, bit=bit)
    session.add(role)
    session.flush()
    return role


def all_roles(session: Session) -> list[Role]:
    """In the order they were added, which is the order forms show them in."""
    return list(session.scalars(select(Role).order_by(Role.bit)))


def mask_for(session: Session, names: Iterable[str]) -> int:
    """The roles of these slugs or names as one number, or raise UnknownRole."""
    return mask_from(all_roles(session), names)


def mask_from(roles: Sequence[Role], names: Iterable[str]) -> int:
    """``mask_for`` with the roles at hand, for whoever reads many lines."""
    bits = {role.slug: role.bit for role in roles}
    mask = 0
    for name in names:
        slug = typed.slug_of(name)
        if slug not in bits:
            raise UnknownRole(name, [role.slug for role in roles])
        mask |= 1 << bits[slug]
    return mask


def names_of(session: Session, mask: int) -> list[str]:
    """The names in a mask, in the order of the list."""
    return [role.name for role in all_roles(session) if mask >> role.bit & 1]


def slugs_of(session: Session, mask: int) -> list[str]:
    """The same as slugs, which files and forms go by."""
    return [role.slug for role in all_roles(session) if mask >> role.bit & 1]
