"""A rule as one SQL condition over ``Subscriber``."""

from datetime import tzinfo

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from subscribers.segments.fields import HOME_ZONE, Scope
from subscribers.segments.rules import AllOf, AnyOf, Not, Question, Rule


def compile_rule(
    rule: Rule, *, list_id: int | None = None, zone: tzinfo = HOME_ZONE
) -> ColumnElement[bool]:
    """The condition that selects whom the rule means.

    ``list_id`` is the mailing list being asked about: *partner* then means a
    standing consent for that list; without it, for any. Days begin in ``zone``.
    """
    return _compile(rule, Scope(list_id, zone))


def _compile(rule: Rule, scope: Scope) -> ColumnElement[bool]:
    match rule:
        case Question(field, value):
            return field.where(value, scope)
        case Not(part):
            # In SQL, NOT (NULL = 'GM0193') is NULL and would drop everybody whose
            # region we do not know. "Not in Zwolle" includes them.
            return not_(func.coalesce(_compile(part, scope), false()))
        case AllOf(parts):
            return and_(true(), *(_compile(part, scope) for part in parts))
        case AnyOf(parts):
            return or_(false(), *(_compile(part, scope) for part in parts))
