"""A mail as one reader gets it, ready to be judged."""

from dataclasses import dataclass

from newsletter.rendering.merge import MergeTemplate, as_is, in_html
from newsletter.rendering.values import RenderedVariant
from tests.newsletter.rendering.samples import READER


@dataclass(frozen=True)
class Mail:
    """``mjml`` is None where only the HTML is at hand."""

    name: str
    html: str
    text: str
    mjml: str | None

    @property
    def size_bytes(self) -> int:
        return len(self.html.encode())


def mail_of(name: str, rendered: RenderedVariant) -> Mail:
    """A rendered variant with Anna's own links and name in it."""
    return Mail(
        name,
        MergeTemplate.cut(rendered.html, escape=in_html).fill(READER),
        MergeTemplate.cut(rendered.text, escape=as_is).fill(READER),
        rendered.mjml,
    )
