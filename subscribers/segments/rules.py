"""A segment rule: read from JSON, checked, and said back as a sentence.

    {"all": [{"region": "PV21"}, {"not": {"role": "bewoner"}}]}

``all`` of nothing is everybody, ``any`` of nothing is nobody.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from sqlalchemy.orm import Session

from subscribers.segments.fields import FIELDS, SegmentField
from subscribers.segments.values import BadRule
from subscribers.typed import shown

__all__ = [
    "AllOf",
    "AnyOf",
    "BadRule",
    "Not",
    "Question",
    "Rule",
    "TooDeep",
    "as_data",
    "check_values",
    "parse_rule",
    "questions",
    "say",
    "say_both",
]

DEPTH_MOST = 20
# SQLite refuses an expression of more than 1,000 levels, and a row of ORs is one
# level each.
QUESTIONS_MOST = 400

_FIELD = {field.key: field for field in FIELDS}
_WORDS = ("all", "any", "not")


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Rule", ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Rule", ...]


@dataclass(frozen=True)
class Not:
    part: "Rule"


@dataclass(frozen=True)
class Question:
    field: SegmentField
    value: str  # in the field's normal form


class TooDeep(BadRule):
    def __init__(self) -> None:
        super().__init__(
            f"The rule is nested deeper than {DEPTH_MOST} levels. Simplify it."
        )


Rule: TypeAlias = AllOf | AnyOf | Not | Question


def parse_rule(data: object) -> Rule:
    """The rule in a JSON document, or raise BadRule saying which part is wrong.

    Looks at shapes and fields alone; ``check_values`` asks the database whether a
    region, role, partner or list exists.
    """
    rule = _parse(data, 1)
    if len(questions(rule)) > QUESTIONS_MOST:
        raise BadRule(
            f"The rule asks {len(questions(rule))} questions; {QUESTIONS_MOST} is the "
            "most. Use a wider region, or split it over several segments."
        )
    return rule


def _parse(data: object, depth: int) -> Rule:
    if depth > DEPTH_MOST:
        raise TooDeep
    if not isinstance(data, dict):
        raise BadRule(
            f'A rule is an object such as {{"role": "bewoner"}}, not {_part(data)}.'
        )
    if len(data) != 1:
        raise BadRule(
            f"{_part(data)} has {len(data)} keys; a part of a rule has exactly one. "
            'Combine parts as {"all": [..., ...]}.'
        )
    [(key, value)] = data.items()
    if key == "not":
        return Not(_parse(value, depth + 1))
    if key in {"all", "any"}:
        if not isinstance(value, list):
            raise BadRule(f'"{key}" wants a list of rules, not {_part(value)}.')
        parts = tuple(_parse(part, depth + 1) for part in value)
        return AllOf(parts) if key == "all" else AnyOf(parts)
    if key not in _FIELD:
        known = ", ".join([*_WORDS, *sorted(_FIELD)])
        raise BadRule(f"There is no segment field {_part(key)}. Use one of: {known}.")
    if not isinstance(value, str) or not value.strip():
        raise BadRule(f'"{key}" wants a text, not {_part(value)}.')
    if not value.isprintable():
        raise BadRule(f"{_part(value)} holds a character that cannot be used.")
    return Question(_FIELD[key], _FIELD[key].read(value))


def _part(data: object) -> str:
    # repr() of something nested a thousand levels deep would itself be too deep.
    if isinstance(data, dict | list):
        kind = "object" if isinstance(data, dict) else "list"
        keys = f" with {', '.join(shown(str(key)) for key in list(data)[:3])}"
        return f"the {kind}{keys if isinstance(data, dict) and data else ''}"
    return shown(data) if isinstance(data, str) else shown(str(data))


def questions(rule: Rule) -> list[Question]:
    """Every question the rule asks, in order."""
    match rule:
        case Question():
            return [rule]
        case Not(part):
            return questions(part)
        case AllOf(parts) | AnyOf(parts):
            return [question for part in parts for question in questions(part)]


def check_values(session: Session, rule: Rule) -> None:
    """Raise BadRule naming the known ones when a value does not exist here."""
    for question in questions(rule):
        field, value = question.field, question.value
        if field.name(session, value, "en") is None:
            raise BadRule(
                f"There is no {field.key} {shown(value)}. "
                f"Known are: {field.known(session) or 'none yet'}."
            )


def as_data(rule: Rule) -> dict[str, object]:
    """The rule as JSON again, its values in normal form."""
    match rule:
        case Question(field, value):
            return {field.key: value}
        case Not(part):
            return {"not": as_data(part)}
        case AllOf(parts):
            return {"all": [as_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [as_data(part) for part in parts]}


_EVERYBODY = {"nl": "iedereen", "en": "everybody"}
_NOBODY = {"nl": "niemand", "en": "nobody"}
_AND = {"nl": "en", "en": "and"}
_OR = {"nl": "of", "en": "or"}
_NOT = {"nl": "niet", "en": "not"}


def say(session: Session, rule: Rule, language: str) -> str:
    """The rule as a reader of ``language`` (nl or en) would say it.

    A role and a region need no word between them: *wijkambtenaar in Fryslân*.
    """
    language = language if language in _AND else "en"
    return _say(session, rule, language)


def say_both(session: Session, rule: Rule) -> dict[str, str]:
    """The sentence in both languages."""
    return {language: say(session, rule, language) for language in _AND}


def _say(session: Session, rule: Rule, language: str) -> str:
    match rule:
        case Question():
            return _ask(session, rule, language, yes=True)
        case Not(Question() as question):
            return _ask(session, question, language, yes=False)
        case Not(part):
            return f"{_NOT[language]} ({_say(session, part, language)})"
        case AnyOf(()):
            return _NOBODY[language]
        case AllOf(()):
            return _EVERYBODY[language]
        case AnyOf(parts):
            said = [_bracketed(session, part, language) for part in parts]
            return f" {_OR[language]} ".join(said)
        case AllOf(parts):
            return _say_all(session, parts, language)


def _say_all(session: Session, parts: tuple[Rule, ...], language: str) -> str:
    ordered = sorted(parts, key=_place)
    said = _bracketed(session, ordered[0], language)
    for before, part in pairwise(ordered):
        joined = " " if (_place(before), _place(part)) == _ROLE_REGION else None
        said += joined or f" {_AND[language]} "
        said += _bracketed(session, part, language)
    return said


_ORDER = {field.key: place for place, field in enumerate(FIELDS)}
_ROLE_REGION = (_ORDER["role"], _ORDER["region"])


def _place(rule: Rule) -> int:
    """Where a part stands in its sentence: in the order of FIELDS, groups last."""
    question = rule.part if isinstance(rule, Not) else rule
    if isinstance(question, Question):
        return _ORDER[question.field.key]
    return len(FIELDS)


def _bracketed(session: Session, rule: Rule, language: str) -> str:
    said = _say(session, rule, language)
    several = isinstance(rule, AllOf | AnyOf) and len(rule.parts) > 1
    return f"({said})" if several else said


def _ask(session: Session, question: Question, language: str, *, yes: bool) -> str:
    field, value = question.field, question.value
    saying = field.says[language]
    name = field.name(session, value, language) or value
    return (saying.yes if yes else saying.no).format(name)
