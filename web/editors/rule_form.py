"""Who sees a block, as three selects: role, region, partner; all of them must hold.

A rule that says more (made in an issue file) cannot be shown so: it is said as a
sentence and kept until the editor lets it go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from newsletter.partners.partners import all_partners
from subscribers import regions
from subscribers.roles import all_roles
from subscribers.segments.rules import as_data, parse_rule

FIELDS = ("role", "region", "partner")
Document = Mapping[str, Any]
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class RuleForm:
    role: str = ""
    region: str = ""
    partner: str = ""
    kept: Document | None = None  # one the selects cannot say

    @classmethod
    def of(cls, rule: Document | None) -> "RuleForm":
        if rule is None:
            return cls()
        rule = as_data(parse_rule(rule))
        parts: Any = rule.get("all", [rule])
        chosen: dict[str, str] = {}
        for part in parts:
            [(field, value)] = part.items()
            if field not in FIELDS or field in chosen:
                return cls(kept=rule)
            chosen[field] = value
        return cls(**chosen)  # type: ignore[arg-type]

    @classmethod
    def read(cls, form: MultiDict[str, str], before: Document | None) -> "RuleForm":
        """``before`` is the rule the block has now."""
        known = cls.of(before)
        if known.kept is not None and "keep_rule" in form:
            return known
        return cls(
            role=form.get("only_role", ""),
            region=form.get("only_region", ""),
            partner=form.get("only_partner", ""),
        )

    @property
    def document(self) -> Document | None:
        """None: everybody."""
        if self.kept is not None:
            return self.kept
        chosen = [{field: value} for field in FIELDS if (value := getattr(self, field))]
        if len(chosen) < 2:
            return chosen[0] if chosen else None
        return {"all": chosen}


@dataclass(frozen=True)
class RuleChoices:
    roles: Options
    provinces: Options
    municipalities: Options
    partners: Options

    @classmethod
    def of(cls, session: Session) -> "RuleChoices":
        return cls(
            roles=[(role.slug, role.name) for role in all_roles(session)],
            provinces=[(one.code, one.name) for one in regions.provinces(session)],
            municipalities=[
                (one.code, one.name) for one in regions.municipalities(session)
            ],
            partners=[(one.slug, one.name) for one in all_partners(session)],
        )
