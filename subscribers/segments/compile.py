"""A rule as one SQL condition."""

from collections.abc import Iterator
from datetime import tzinfo

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from subscribers.segments.fields import (
    HOME_ZONE,
    Scope,
    SegmentField,
    Value,
    Values,
    in_passing,
)
from subscribers.segments.places import Places
from subscribers.segments.rules import AllOf, AnyOf, Not, Question, Rule
from subscribers.segments.who import ON_FILE, Who


def compile_rule(
    rule: Rule,
    *,
    list_id: int | None = None,
    zone: tzinfo = HOME_ZONE,
    who: Who = ON_FILE,
    value: Value = in_passing,
    places: Places | None = None,
) -> ColumnElement[bool]:
    """The condition that selects whom the rule means; never NULL under a NOT.

    ``list_id`` is the mailing list being asked about: *partner* then means a
    standing consent for that list; without it, for any. Days begin in ``zone``.
    ``value`` says how names become numbers. With ``places`` of this rule the query must
    be ``places.joined``.
    """
    among = places.among if places else None
    return _compile(rule, Scope(list_id, zone, who, value, among), yes=True)


def _compile(rule: Rule, scope: Scope, *, yes: bool) -> ColumnElement[bool]:
    """Whether the rule means somebody, or with ``yes`` false that it does not.

    The NOT is carried inwards, to the questions: there a database can use an index.
    """
    match rule:
        case Not(part):
            return _compile(part, scope, yes=not yes)
        case Question(field, value):
            return _ask(field, (value,), scope, yes=yes)
        case AllOf(parts):
            once = dict.fromkeys(parts)  # asked twice it costs twice
            asked = [_compile(part, scope, yes=yes) for part in once]
            return and_(true(), *asked) if yes else or_(false(), *asked)
        case AnyOf(parts):
            asked = [
                *(
                    _ask(field, values, scope, yes=yes)
                    for field, values in _together(parts)
                ),
                *(
                    _compile(part, scope, yes=yes)
                    for part in parts
                    if not isinstance(part, Question)
                ),
            ]
            return or_(false(), *asked) if yes else and_(true(), *asked)


def _together(parts: tuple[Rule, ...]) -> Iterator[tuple[SegmentField, Values]]:
    """Four provinces are one question: in any of them?"""
    fields: dict[str, SegmentField] = {}
    values: dict[str, Values] = {}
    for part in parts:
        if isinstance(part, Question):
            key = part.field.key
            fields[key] = part.field
            values[key] = (*values.get(key, ()), part.value)
    return ((field, values[key]) for key, field in fields.items())


def _ask(
    field: SegmentField, values: Values, scope: Scope, *, yes: bool
) -> ColumnElement[bool]:
    condition = field.where(tuple(dict.fromkeys(values)), scope)
    if yes:
        return condition
    # In SQL, NOT (NULL = 'GM0193') is NULL and would drop everybody whose region we do
    # not know. "Not in Zwolle" includes them.
    return not_(
        func.coalesce(condition, false()) if field.may_be_unknown else condition
    )
