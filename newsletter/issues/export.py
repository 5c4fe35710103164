"""Write an issue and the pieces it shows as a folder that ``import`` reads back."""

import json
import shutil
import tempfile
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from newsletter import media
from newsletter.issues.errors import IssueError
from newsletter.issues.files import BODY, every_block_document, issue_document
from newsletter.issues.markdown import is_lossless, to_markdown
from newsletter.issues.models import Issue
from newsletter.issues.usage import placed_in
from newsletter.library.models import LibraryItem
from newsletter.library.stories import items_of
from newsletter.settings import Settings


def export_issue(
    session: Session, settings: Settings, issue: Issue, folder: Path
) -> Path:
    """Write everything below ``folder``, which must be new or empty, and return it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise IssueError(f"{folder} exists and is not an empty folder. Name a new one.")
    pieces = _pieces_of(session, issue)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: it gets its name when everything is in it.
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        _write(settings, issue, pieces, building)
        building.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return folder


def _pieces_of(session: Session, issue: Issue) -> list[LibraryItem]:
    """The stories that stand in it, then the knowledge they are linked to."""
    slugs = placed_in(issue)
    found = items_of(session, slugs)
    stories = [found[slug] for slug in slugs if slug in found]
    linked = [link.knowledge for story in stories for link in story.links]
    return list({item.slug: item for item in [*stories, *linked]}.values())


def _write(
    settings: Settings, issue: Issue, pieces: Iterable[LibraryItem], folder: Path
) -> None:
    document = deepcopy(issue_document(issue))
    links: list[dict[str, str]] = []
    for item in pieces:
        (folder / "stories").mkdir(exist_ok=True)
        path = folder / "stories" / f"{item.slug}.md"
        markdown = to_markdown(item.body)
        path.write_text(f"{front_matter(item)}\n{markdown}\n", encoding="utf-8")
        if not is_lossless(item.body, markdown):
            path.with_suffix(BODY).write_text(item.body, encoding="utf-8")
        if item.image:
            _copy_image(settings, item.image, folder)
        links += [
            {
                "story": item.slug,
                "knowledge": link.knowledge.slug,
                "relation": link.relation.value,
                "why": link.why,
            }
            for link in item.links
        ]
    if links:
        document["links"] = links
    for block in every_block_document(document["blocks"], document["editions"]):
        if block.get("file"):
            _copy_image(settings, block["file"], folder)
            block["file"] = f"images/{block['file']}"
    text = json.dumps(document, ensure_ascii=False, indent=2)
    (folder / "issue.json").write_text(text + "\n", encoding="utf-8")


def _copy_image(settings: Settings, name: str, folder: Path) -> None:
    (folder / "images").mkdir(exist_ok=True)
    shutil.copyfile(media.path_of(settings.media, name), folder / "images" / name)


def front_matter(item: LibraryItem) -> str:
    """All of a piece but its body, as the text file ``library add`` reads."""
    entries: dict[str, Any] = {
        "title": item.title,
        "kind": item.kind.value,
        "language": item.language,
        "partner": item.partner.slug if item.partner else None,
        "url": item.url,
        "date": item.published_on.isoformat() if item.published_on else None,
        "summary": item.summary,
        "people": item.people,
        "regions": item.regions,
        "themes": item.themes,
        "image": f"../images/{item.image}" if item.image else None,
        "alt": item.image_alt,
        "credit": item.image_credit,
        "source": item.source,
        "licence": item.licence,
    }
    lines = [
        f"{key}: {_scalar(value)}"
        for key, value in entries.items()
        # An alt text of "" is a decision; everything else empty says nothing.
        if value or (key == "alt" and value == "")
    ]
    return "\n".join(["---", *lines, "---", ""])


def _scalar(value: str | list[str]) -> str:
    """As front matter: JSON's quotes and lists are YAML's."""
    return json.dumps(value, ensure_ascii=False)
