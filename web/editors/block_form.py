"""The form of a block, generated from the fields its kind declares.

A new kind of block needs nothing here: it is filled in by how each field says it is
filled in (``issues.blocks.fields.Form``).
"""

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Request

from newsletter import media
from newsletter.issues.blocks import Block
from newsletter.issues.blocks.fields import FieldSpec, Form
from newsletter.library.search import find
from newsletter.partners.partners import all_partners
from web.editors.rule_form import RuleForm
from web.editors.words import explain
from web.language import gettext as _
from web.language import language
from web.session import settings

MOST_PIECES = 500
Typed = dict[str, Any]


@dataclass(frozen=True)
class Control:
    """One field as it is shown."""

    name: str
    label: str
    form: str
    value: str
    required: bool
    most: int
    options: tuple[tuple[str, str], ...] = ()
    # A description that may be left out on purpose: undecided is not decoration.
    can_be_decoration: bool = False
    decoration: bool = False


@dataclass
class BlockForm:
    """``block_id`` None is a block that is still to be added; one that saved itself
    meanwhile has an id, and is hidden until it is ``put_in``."""

    kind: type[Block]
    typed: Typed  # field name to what stands in it
    rule: RuleForm
    block_id: str | None = None
    after: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    meanwhile: str = ""  # what somebody else made of it, when they were first
    put_in: bool = False

    @classmethod
    def blank(cls, kind: type[Block], *, after: str = "") -> "BlockForm":
        return cls(kind, {}, RuleForm(), after=after, put_in=True)

    @classmethod
    def of(cls, block: Block, *, put_in: bool = False) -> "BlockForm":
        document, rule = block.to_dict(), RuleForm.of(block.only)
        return cls(type(block), document, rule, block_id=block.id, put_in=put_in)

    @classmethod
    def read(
        cls, request: Request, kind: type[Block], before: Block | None
    ) -> "BlockForm":
        """What was sent; a chosen picture is stored. ``before`` is the block now."""
        typed: Typed = {}
        wrong: dict[str, str] = {}
        for name, spec in kind.specs().items():
            value = request.form.get(name, "")
            if spec.form is Form.PICTURE:
                value = _picture(request, name, value, wrong)
            elif (
                is_description(kind, name) and f"{name}_decoration" not in request.form
            ):
                typed[name] = value.strip() or None
                continue
            elif is_description(kind, name):
                value = ""
            elif not value.strip() and not _may_be_empty(spec):
                typed[name] = None
                continue
            typed[name] = value
        rule = RuleForm.read(request.form, before.only if before else None)
        return cls(
            kind,
            typed,
            rule,
            block_id=before.id if before else None,
            after=request.form.get("after", ""),
            wrong=wrong,
            put_in="put_in" in request.form,
        )

    def check(self) -> bool:
        """Whether each field can be read; fills ``wrong``."""
        for name, spec in self.kind.specs().items():
            value = self.typed.get(name)
            if value is None:
                if spec.required:
                    self.wrong[name] = _needed(spec)
                continue
            try:
                spec.read(value)
            except ValueError:
                self.wrong[name] = _not_readable(spec)
        self._check_picture()
        return not self.wrong

    def why_not(self) -> str:
        """The first thing that is wrong, for a form that could not save itself."""
        for name, spec in self.kind.specs().items():
            if name not in self.wrong:
                continue
            if spec.form is Form.PICTURE and not self.typed.get(name):
                # A chosen file stays in the browser until the button is pressed.
                return _("the picture goes along when you press the button.")
            return f"{spec.label[language()]}: {self.wrong[name]}"
        return ""

    def _check_picture(self) -> None:
        """A picture is a file of ours or somebody's address: one of the two."""
        for name, spec in self.kind.specs().items():
            if spec.form is not Form.PICTURE or name in self.wrong:
                continue
            if not self.typed.get(name) and not self.typed.get("url"):
                self.wrong[name] = _("Choose a picture, or give its address.")
            elif self.typed.get(name) and self.typed.get("url"):
                self.wrong[name] = _("Choose one: a picture from here, or an address.")

    @property
    def document(self) -> dict[str, Any]:
        document = {
            name: value for name, value in self.typed.items() if value is not None
        }
        document["kind"] = self.kind.kind
        if self.rule.document is not None:
            document["only"] = dict(self.rule.document)
        return document

    def controls(self, session: Session) -> list[Control]:
        return [
            Control(
                name=name,
                label=spec.label[language()],
                form=spec.form,
                value=_shown(spec, self.typed.get(name, _default(self.kind, name))),
                required=spec.required,
                most=spec.most,
                options=tuple(_options(session, spec)),
                can_be_decoration=is_description(self.kind, name),
                decoration=self.typed.get(name) == "",
            )
            for name, spec in self.kind.specs().items()
        ]


def is_description(kind: type[Block], name: str) -> bool:
    """A line whose default is None tells undecided from "nothing to describe"."""
    spec = kind.specs()[name]
    own = next(one for one in dataclasses.fields(kind) if one.name == name)
    return spec.form is Form.LINE and own.default is None


def _default(kind: type[Block], name: str) -> object:
    """What a field is when nothing is said; None where there is no such thing."""
    own = next(one for one in dataclasses.fields(kind) if one.name == name)
    return None if own.default is dataclasses.MISSING else own.default


def choice_word(value: str) -> str:
    """What a choice is called; one nobody named yet is its own name."""
    return {"compact": _("short"), "feature": _("large")}.get(value, value)


def _may_be_empty(spec: FieldSpec) -> bool:
    """Text may wait in a draft; a reference or a moment must be there."""
    return spec.form in {Form.LINE, Form.MARKDOWN, Form.LINK} and spec.required


def _needed(spec: FieldSpec) -> str:
    if spec.form in {Form.STORY, Form.PARTNER, Form.CHOICE}:
        return _("Choose one.")
    if spec.form is Form.MOMENT:
        return _("Choose a day and a time.")
    return _("Fill this in.")


def _not_readable(spec: FieldSpec) -> str:
    if spec.form is Form.LINK and spec.mailto:
        return _("Write a whole address: https://..., or mailto: with a mail address.")
    if spec.form is Form.LINK:
        return _("Write a whole web address: https://...")
    if spec.form is Form.MOMENT:
        return _("Choose a day and a time.")
    if spec.form in {Form.STORY, Form.PARTNER, Form.CHOICE}:
        return _("Choose one.")
    return _("There is a sign in this text that no mail can hold. Type it again.")


def _picture(request: Request, name: str, now_there: str, wrong: dict[str, str]) -> Any:
    file = request.files.get(f"{name}_upload")
    if file is None or not file.filename:
        return now_there or None
    data = file.stream.read(media.MOST_BYTES + 1)
    try:
        return media.store(settings().media, data).hash
    except media.BadPicture as error:
        wrong[name] = explain(error)
        return now_there or None


def _shown(spec: FieldSpec, value: object) -> str:
    if value is None:
        return ""
    return _moment_here(str(value)) if spec.form is Form.MOMENT else str(value)


def _options(session: Session, spec: FieldSpec) -> list[tuple[str, str]]:
    if spec.form is Form.STORY:
        pieces = find(session, limit=MOST_PIECES)
        return [(piece.slug, piece.title) for piece in pieces]
    if spec.form is Form.PARTNER:
        return [(partner.slug, partner.name) for partner in all_partners(session)]
    return [(choice, choice_word(choice)) for choice in spec.choices]


def _moment_here(text: str) -> str:
    """A moment as the browser's field wants it: local, without seconds or offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        moment = moment.astimezone(settings().timezone).replace(tzinfo=None)
    return moment.isoformat(timespec="minutes")
