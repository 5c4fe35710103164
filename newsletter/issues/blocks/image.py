"""A picture on its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image as PillowImage

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving, plain
from newsletter.issues.errors import BadBlock
from newsletter.media import path_of
from newsletter.rendering import values

__all__ = ["UNDECIDED", "WIDTH", "Image", "fitting"]

WIDTH = 600  # CSS px: the mail is one column of this width
UNDECIDED: fields.Problem = {
    "nl": "Zeg wat er op de foto te zien is, of dat ze alleen versiering is.",
    "en": 'Say what the picture shows, or "" when it is only decoration.',
}


@dataclass(frozen=True, kw_only=True)
class Image(Block):
    """``file`` is a media hash (in an issue file a path), ``url`` another's."""

    kind = "image"
    label = {"nl": "Foto", "en": "Picture"}
    example = {
        "url": "https://example.org/tafel.jpg",
        "alt": "Een lange tafel op de stoep",
        "caption": "Elke donderdag schuift iedereen aan.",
    }

    file: str | None = fields.picture("Bestand", "File")
    url: str | None = fields.link("Adres van de foto", "Address of it", required=False)
    alt: str | None = fields.alternative("Wat te zien is", "What it shows", most=300)
    caption: str = fields.line("Bijschrift", "Caption", most=200, required=False)

    def check_shape(self) -> None:
        if bool(self.file) == bool(self.url):
            raise BadBlock(self.id, "give either file or url.")

    def problems(self) -> Iterator[fields.Problem]:
        yield from super().problems()
        if self.alt is None:
            yield UNDECIDED

    def resolve(self, context: Resolving) -> values.ImageBlock:
        alt = plain(self.alt or "")
        if self.file:
            with PillowImage.open(path_of(context.media, self.file)) as stored:
                picture = fitting(context.media_url(self.file), alt, *stored.size)
        else:
            picture = values.Picture(self.url or "", alt, WIDTH, 0)
        return values.ImageBlock(
            id=self.id, picture=picture, caption=plain(self.caption)
        )


def fitting(url: str, alt: str, width: int, height: int) -> values.Picture:
    """A picture no wider than the mail, in its own proportions."""
    shown = min(width, WIDTH)
    return values.Picture(url, alt, shown, max(1, round(height * shown / width)))
