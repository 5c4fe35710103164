"""The form of a story or a knowledge item: read, checked, shown again."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request

from newsletter.issues.markdown import is_lossless, to_markdown
from newsletter.library.bodies import Format, body_from
from newsletter.library.files import Draft
from newsletter.library.models import KNOWLEDGE_KINDS, ItemKind, LibraryItem
from newsletter.library.stories import TITLE_MOST
from newsletter.library.words import text_of
from newsletter.media import MOST_BYTES, UnknownPicture, path_of, read, store
from newsletter.rendering.richtext import from_markdown
from newsletter.settings import Settings
from subscribers import regions
from subscribers.errors import SubscribersError
from web.language import gettext as _

STORIES, KNOWLEDGE = "stories", "knowledge"
KINDS = {
    STORIES: (ItemKind.STORY,),
    KNOWLEDGE: tuple(kind for kind in ItemKind if kind in KNOWLEDGE_KINDS),
}


@dataclass
class PieceForm:
    """What was typed, word for word, so that nothing is lost when something is wrong.

    ``read`` and ``of`` are the two ways to get one; ``wrong`` names each bad field.
    """

    kind: ItemKind
    title: str = ""
    body: str = ""
    format: Format = Format.MARKDOWN
    summary: str = ""
    url: str = ""
    published_on: str = ""
    region: str = ""
    people: str = ""
    themes: str = ""
    partner: str = ""
    language: str = "nl"
    source: str = ""
    licence: str = ""
    alt: str = ""
    credit: str = ""
    decoration: bool = False
    drop_picture: bool = False
    kept: str = ""  # a picture that was copied already, by its hash
    picture: bytes | None = None
    picture_too_large: bool = False
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, request: Request, shelf: str) -> "PieceForm":
        form = request.form
        picture, too_large = _upload(request.files.get("picture"))
        return cls(
            kind=_kind(form.get("kind"), shelf),
            title=form.get("title", ""),
            body=form.get("body", ""),
            format=_format(form.get("format")),
            summary=form.get("summary", ""),
            url=form.get("url", "").strip(),
            published_on=form.get("published_on", "").strip(),
            region=form.get("region", "").strip(),
            people=form.get("people", ""),
            themes=form.get("themes", ""),
            partner=form.get("partner", ""),
            language=form.get("language", "nl"),
            source=form.get("source", ""),
            licence=form.get("licence", ""),
            alt=form.get("alt", ""),
            credit=form.get("credit", ""),
            decoration="decoration" in form,
            drop_picture="drop_picture" in form,
            kept=form.get("kept", ""),
            picture=picture,
            picture_too_large=too_large,
        )

    @classmethod
    def of(cls, session: Session, item: LibraryItem) -> "PieceForm":
        markdown = to_markdown(item.body)
        exact = is_lossless(item.body, markdown)
        return cls(
            kind=item.kind,
            title=item.title,
            body=markdown if exact else item.body,
            format=Format.MARKDOWN if exact else Format.HTML,
            summary=item.summary,
            url=item.url or "",
            published_on=item.published_on.isoformat() if item.published_on else "",
            region=", ".join(region_name(session, code) for code in item.regions),
            people=", ".join(item.people),
            themes=", ".join(item.themes),
            partner=item.partner.slug if item.partner else "",
            language=item.language,
            source=item.source or "",
            licence=item.licence or "",
            alt=item.image_alt or "",
            credit=item.image_credit or "",
            decoration=item.image_alt == "",
        )

    @classmethod
    def of_draft(cls, settings: Settings, draft: Draft) -> "PieceForm":
        """What a file or a page told, to be looked at before it is kept.

        Raises what ``bodies`` and ``media`` raise. The picture is copied already.
        """
        body = body_from(draft.body, draft.format, title=draft.title)
        markdown = to_markdown(body)
        # Levels of headings and empty lines may differ; no word and no table may.
        exact = "<table" not in body and _says_the_same(body, markdown)
        stored = _stored(settings, draft.image)
        return cls(
            kind=draft.kind or ItemKind.STORY,
            title=draft.title,
            body=markdown if exact else body,
            format=Format.MARKDOWN if exact else Format.HTML,
            summary=draft.summary or "",
            url=draft.url or "",
            published_on=draft.published_on.isoformat() if draft.published_on else "",
            region=", ".join(draft.regions),
            people=", ".join(draft.people),
            themes=", ".join(draft.themes),
            partner=draft.partner or "",
            language=draft.language or "nl",
            source=draft.source or "",
            licence=draft.licence or "",
            alt=draft.alt or "",
            credit=draft.credit or "",
            decoration=draft.alt == "",
            kept=stored,
        )

    def image(self, settings: Settings) -> bytes | None:
        """The picture that was chosen, else the one that was copied before."""
        if self.picture is not None or self.drop_picture or not self.kept:
            return self.picture
        try:
            return path_of(settings.media, self.kept).read_bytes()
        except UnknownPicture:
            return None

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.published_on) if self.published_on else None

    @property
    def image_alt(self) -> str | None:
        """None is undecided, "" is decoration."""
        return "" if self.decoration else (self.alt.strip() or None)

    def check(self, session: Session) -> bool:
        """Whether all is well as far as the form can tell; fills ``wrong``."""
        if not self.title.strip():
            self.wrong["title"] = _("Give it a title.")
        elif len(self.title.strip()) > TITLE_MOST:
            self.wrong["title"] = _("Make the title shorter: %(most)s letters fit.") % {
                "most": TITLE_MOST
            }
        if not self.body.strip() and not self.url:
            self.wrong["body"] = _("Write or paste the text, or give its web address.")
        if self.url and not self.url.startswith(("https://", "http://")):
            self.wrong["url"] = _("A web address begins with https://.")
        if self.picture_too_large:
            self.wrong["picture"] = _(
                "This picture is too large. Choose one under %(most)s MB. "
                "Your text is kept."
            ) % {"most": MOST_BYTES // 1_000_000}
        if self.published_on and not _is_day(self.published_on):
            self.wrong["published_on"] = _("Write a day as 2026-11-20.")
        for name in split(self.region):
            try:
                regions.find(session, name)
            except SubscribersError:
                self.wrong["region"] = _(
                    "We do not know the region %(name)s. Write a municipality, or "
                    "'provincie Drenthe'."
                ) % {"name": name}
        return not self.wrong


def split(text: str) -> list[str]:
    """Names with commas between them."""
    return [part.strip() for part in text.split(",") if part.strip()]


def region_name(session: Session, code: str) -> str:
    """A name ``regions.find`` understands again."""
    name = regions.name_of(session, code)
    return f"provincie {name}" if code.startswith("PV") else name


def _says_the_same(body: str, markdown: str) -> bool:
    return text_of(from_markdown(markdown).html).split() == text_of(body).split()


def _stored(settings: Settings, image: Path | bytes | None) -> str:
    if image is None:
        return ""
    data = image if isinstance(image, bytes) else read(image)
    return store(settings.media, data).hash


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _kind(text: str | None, shelf: str) -> ItemKind:
    kinds = KINDS[shelf]
    return next((kind for kind in kinds if kind == text), kinds[0])


def _format(text: str | None) -> Format:
    return next((one for one in Format if one == text), Format.MARKDOWN)


def _upload(file: FileStorage | None) -> tuple[bytes | None, bool]:
    """The bytes of a chosen file, and whether it is more than we take."""
    if file is None or not file.filename:
        return None, False
    data = file.stream.read(MOST_BYTES + 1)
    return (None, True) if len(data) > MOST_BYTES else (data, False)
