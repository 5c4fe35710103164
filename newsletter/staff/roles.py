"""Who may do what: one table, read by every door.

To add an act, add one line to ``MAY``.
"""

from collections.abc import Mapping
from enum import StrEnum

from newsletter.staff.models import StaffRole

_DESK = frozenset({StaffRole.EDITOR, StaffRole.CHIEF, StaffRole.OPERATOR})
_CARES = frozenset({StaffRole.CHIEF, StaffRole.OPERATOR})


class Act(StrEnum):
    """What staff do, in the words the audit log uses."""

    READ_DESK = "desk.read"  # see the library, issues, figures and receipts
    EDIT_LIBRARY = "library.edit"  # add and change stories and knowledge
    COMPOSE = "issue.compose"  # add, order and change blocks
    SEGMENTS = "segment.edit"  # keep a rule over readers, or change one
    WAIVE = "issue.waive"  # let a story go out without a knowledge link
    APPROVE = "issue.approve"  # say yes to what would be mailed, or take that back
    INVITE = "issue.invite"  # let somebody without an account look and approve
    TEST = "mailing.test"  # mail one copy to an address of one's choice
    SEND = "mailing.send"  # start, pause, resume, cancel, retry
    READERS = "readers.manage"  # import, export, suppress, forget
    STAFF = "staff.manage"  # add staff


MAY: Mapping[Act, frozenset[StaffRole]] = {
    Act.READ_DESK: _DESK,
    Act.EDIT_LIBRARY: _DESK,
    Act.COMPOSE: _DESK,
    Act.SEGMENTS: _DESK,
    Act.WAIVE: _DESK,
    Act.APPROVE: _DESK,
    Act.INVITE: _DESK,
    Act.TEST: _DESK,
    Act.SEND: _DESK,
    Act.READERS: _CARES,
    Act.STAFF: _CARES,
}


def may(role: StaffRole, act: Act | str) -> bool:
    """Whether this role may do this; an act nobody listed is nobody's."""
    return role in MAY.get(Act(act), frozenset())
