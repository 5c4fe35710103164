"""The form of an edition: its own subject, foreword and audience."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from newsletter.issues.editions import Edition
from web.editors.rule_form import RuleForm


@dataclass
class EditionForm:
    key: str
    subject: str
    foreword: str
    rule: RuleForm
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, edition: Edition) -> "EditionForm":
        return cls(
            key=edition.key,
            subject=edition.subject or "",
            foreword=edition.foreword or "",
            rule=RuleForm.of(edition.audience),
        )

    @classmethod
    def read(cls, request: Request, edition: Edition) -> "EditionForm":
        return cls(
            key=edition.key,
            subject=request.form.get("subject", ""),
            foreword=request.form.get("foreword", ""),
            rule=RuleForm.read(request.form, edition.audience),
        )

    def laid_over(self, edition: Edition) -> Mapping[str, Any]:
        """The edition's document with what was typed; its blocks stay."""
        document = {
            **edition.to_dict(),
            "subject": self.subject,
            "foreword": self.foreword,
            "audience": self.rule.document,
        }
        return {name: value for name, value in document.items() if value}


def seen(edition: Edition) -> list[Any]:
    """What the form shows of an edition."""
    return [edition.subject, edition.foreword, edition.audience]
