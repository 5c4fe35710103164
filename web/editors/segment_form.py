"""A rule as rows an editor can fill in, and back.

Rows stand in groups: the first holds for the rule as a whole, each other one is one of
its parts. A rule nested deeper (made in a file) does not fit and is edited as text.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from subscribers import regions
from subscribers.errors import SubscribersError
from subscribers.segments.fields import FIELDS
from subscribers.segments.rules import (
    AllOf,
    AnyOf,
    Not,
    Question,
    Rule,
    TooDeep,
    as_data,
)
from subscribers.typed import fold

Document = Mapping[str, Any]
ALL, ANY, NONE = "all", "any", "none"
MOST_ROWS, MOST_GROUPS = 40, 8
KEYS = tuple(one.key for one in FIELDS)
SIMPLE_REGION = "region"  # typed, with the names to choose from


class NotInRows(Exception):
    """The rule says more than rows can."""


@dataclass
class Row:
    field: str
    value: str  # as it is shown: a region by its name
    yes: bool = True
    group: int = 0
    wrong: bool = False


@dataclass
class SegmentForm:
    name: str = ""
    list_slug: str = ""
    version: int = 0
    joins: list[str] = field(default_factory=lambda: [ALL])
    rows: list[Row] = field(default_factory=list)
    text: str | None = None  # the rule as JSON, when rows cannot say it
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, name: str, version: int, rule: Rule, names: Mapping[str, str]
    ) -> "SegmentForm":
        """``names`` are the regions' by code."""
        form = cls(name=name, version=version)
        try:
            form._take(rule, names)
        except NotInRows:
            form.joins, form.rows = [ALL], []
            form.text = json.dumps(as_data(rule), ensure_ascii=False, indent=1)
        return form

    def _take(self, rule: Rule, names: Mapping[str, str]) -> None:
        if isinstance(rule, AnyOf) and rule.parts:
            self.joins, parts = [ANY], rule.parts
        else:
            parts = rule.parts if isinstance(rule, AllOf) else (rule,)
        for part in parts:
            if _asks(part):
                self.rows.append(_row(part, 0, names))
                continue
            join, inside = _group(part)
            self.joins.append(join)
            group = len(self.joins) - 1
            self.rows += [_row(one, group, names) for one in inside]
        if len(self.joins) > MOST_GROUPS or len(self.rows) > MOST_ROWS:
            raise NotInRows

    @classmethod
    def read(cls, typed: MultiDict[str, str]) -> "SegmentForm":
        joins = typed.getlist("join")[:MOST_GROUPS] or [ALL]
        form = cls(
            name=typed.get("name", "")[:200],
            list_slug=typed.get("list", ""),
            version=typed.get("version", 0, int),
            joins=[one if one in {ALL, ANY, NONE} else ALL for one in joins],
            text=typed.get("text"),
        )
        rows = zip(
            typed.getlist("field"),
            typed.getlist("is"),
            typed.getlist("value"),
            typed.getlist("group"),
            strict=False,
        )
        for key, yes, value, group in list(rows)[:MOST_ROWS]:
            if key in KEYS and group.isdecimal() and int(group) < len(form.joins):
                form.rows.append(Row(key, value.strip(), yes != "no", int(group)))
        form._do(typed.get("do", ""), typed)
        return form

    def _do(self, what: str, typed: MultiDict[str, str]) -> None:
        """What a button asked for: add or take out a row, or a group."""
        act, _dash, which = what.partition("-")
        number = int(which) if which.isdecimal() else -1
        groups, has_room = range(len(self.joins)), len(self.rows) < MOST_ROWS
        if act == "add" and number in groups and has_room:
            key = typed.get(f"add-{number}", "")
            if key in KEYS:
                self.rows.append(Row(key, "", group=number))
        elif act == "remove" and 0 <= number < len(self.rows):
            del self.rows[number]
        elif act == "group" and len(self.joins) < MOST_GROUPS:
            self.joins.append(ANY)
        elif act == "ungroup" and number in groups[1:]:
            del self.joins[number]
            self.rows = [row for row in self.rows if row.group != number]
            for row in self.rows:
                row.group -= row.group > number

    def document(self, session: Session, names: Mapping[str, str]) -> Document | None:
        """The rule; None with the reason in ``wrong`` when it is no JSON. Or TooDeep.

        A row that is not filled in yet says nothing.
        """
        if self.text is not None:
            return self._from_text()
        inside = [
            self._parts(session, names, group) for group in range(len(self.joins))
        ]
        parts = inside[0]
        for join, group in zip(self.joins[1:], inside[1:], strict=True):
            if group:
                parts.append({"not": {ANY: group}} if join == NONE else {join: group})
        if len(parts) == 1 and self.joins[0] != NONE:
            return parts[0]
        if not parts:
            return {ALL: []}
        return {self.joins[0]: parts}

    def _from_text(self) -> Document | None:
        try:
            document = json.loads(self.text or "")
        except RecursionError as error:
            raise TooDeep from error
        except ValueError:
            self.wrong["text"] = "json"
            return None
        return document if isinstance(document, dict) else {"": document}

    def _parts(
        self, session: Session, names: Mapping[str, str], group: int
    ) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        for row in self.rows:
            if row.group != group or not row.value:
                continue
            value = row.value
            if row.field == SIMPLE_REGION:
                found = _code(session, value, names)
                row.wrong = found is None
                value = found or value
            question: dict[str, Any] = {row.field: value}
            parts.append(question if row.yes else {"not": question})
        return parts


def _code(session: Session, text: str, names: Mapping[str, str]) -> str | None:
    """The region of a name from the list, or of whatever people write for it."""
    typed = fold(text)
    for code, name in names.items():
        if fold(name) == typed:
            return code
    try:
        return regions.find(session, text).code
    except SubscribersError:
        return None


def _asks(rule: Rule) -> bool:
    return isinstance(rule.part if isinstance(rule, Not) else rule, Question)


def _row(rule: Rule, group: int, names: Mapping[str, str]) -> Row:
    question = rule.part if isinstance(rule, Not) else rule
    if not isinstance(question, Question):
        raise NotInRows
    value = question.value
    if question.field.key == SIMPLE_REGION:
        value = names.get(value, value)
    return Row(question.field.key, value, yes=question is rule, group=group)


def _group(rule: Rule) -> tuple[str, Sequence[Rule]]:
    match rule:
        case Not(AnyOf(parts)) if parts:
            return NONE, parts
        case AllOf(parts) if parts:
            return ALL, parts
        case AnyOf(parts) if parts:
            return ANY, parts
    raise NotInRows
