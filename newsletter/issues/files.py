"""Issues as plain files: a JSON document, or a folder with the stories beside it.

    42/issue.json
    42/stories/<slug>.md      a piece with its front matter
    42/stories/<slug>.body.html    its text, where Markdown cannot say it all
    42/images/<hash>          what the pieces and image blocks show

Importing what was exported changes nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import media
from newsletter.issues.beginning import blank_issue
from newsletter.issues.compose import write
from newsletter.issues.composition import Composition
from newsletter.issues.errors import BadIssue, IssueFrozen, unknown_field
from newsletter.issues.headings import (
    MOST_PREHEADER,
    MOST_SUBJECT,
    check_number,
    read_language,
    read_line,
)
from newsletter.issues.history import Change, Done, Edit
from newsletter.issues.models import Issue
from newsletter.library import knowledge
from newsletter.library.bodies import Format
from newsletter.library.errors import BadFile
from newsletter.library.files import READERS, Draft, read_file, read_text
from newsletter.library.stories import add_draft
from newsletter.settings import Settings
from newsletter.staff.people import OPERATOR
from subscribers.lists import find_list

FIELDS = (
    "number",
    "list",
    "subject",
    "preheader",
    "language",
    "blocks",
    "editions",
    "links",
)
LINK_FIELDS = ("story", "knowledge", "relation", "why")
MOST_BYTES = 5_000_000
BODY = ".body.html"
_MEDIA = re.compile(r"[0-9a-f]{64}\.(png|jpg)")


def import_issue(
    session: Session,
    settings: Settings,
    source: Path | Mapping[str, Any],
    *,
    by: str = OPERATOR,
    now: datetime,
) -> Issue:
    """Make the issue of a file, folder or document, replacing a draft of its number.

    Raises a sentence naming the first thing that is wrong; nothing counts until the
    caller commits.
    """
    if isinstance(source, Path):
        folder = source if source.is_dir() else source.parent
        document = read_document(source)
        if source.is_dir():
            for path in _pieces(source):
                draft = _read_piece(path, root=source)
                add_draft(session, settings, draft, replace=True, now=now)
    else:
        folder, document = None, dict(source)
    return _store(session, settings, document, folder, by=by, now=now)


def read_document(path: Path) -> dict[str, Any]:
    """The JSON of an issue file or folder. Raises BadFile or OSError."""
    if path.is_dir():
        path = path / "issue.json"
        if not path.is_file():
            raise BadFile(path, "is not there. A folder with an issue holds one.")
    if path.stat().st_size > MOST_BYTES:
        raise BadFile(path, f"is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        document = json.loads(
            path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once
        )
    except UnicodeDecodeError as error:
        raise BadFile(path, "is not UTF-8 text. Save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise BadFile(
            path, f"is not JSON: line {error.lineno}, {error.msg.lower()}."
        ) from error
    except (RecursionError, ValueError) as error:
        raise BadFile(path, "is not JSON that can be read.") from error
    if not isinstance(document, dict):
        raise BadFile(path, 'must hold one object: {"number": ..., "list": ...}.')
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # JSON lets a key stand twice and keeps the last: half an issue would go missing.
    if len(dict(pairs)) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadIssue(f"The issue has the key {twice!r} twice. Take one out.")
    return dict(pairs)


def _pieces(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / "stories"):
        for path in sorted(place.glob("*")):
            if path.name.endswith(BODY) or path.stem.lower() == "readme":
                continue
            if path.suffix.lower() in READERS:
                yield path


def _read_piece(path: Path, *, root: Path) -> Draft:
    exact = path.with_suffix(BODY)
    for file in (path, exact):
        # A link in a folder somebody sent must not publish what lies elsewhere.
        if not file.resolve().is_relative_to(root.resolve()):
            raise BadFile(file, f"lies outside {root}. Put the text itself there.")
    draft = read_file(path, root=root)
    if not exact.is_file():
        return draft
    return replace(draft, format=Format.HTML, body=read_text(exact))


def _store(
    session: Session,
    settings: Settings,
    document: dict[str, Any],
    folder: Path | None,
    *,
    by: str,
    now: datetime,
) -> Issue:
    for name in document:
        if name not in FIELDS:
            raise BadIssue(f"In the issue {unknown_field(name, FIELDS)}")
    for name in ("number", "list", "subject", "blocks"):
        if name not in document:
            raise BadIssue(f"The issue has no {name}. Add it: it is needed.")
    number = check_number(document["number"])
    if not isinstance(document["list"], str):
        raise BadIssue(f"The issue's list must be a slug, not {document['list']!r}.")
    mailing_list = find_list(session, document["list"])
    issue = session.scalar(select(Issue).where(Issue.number == number))
    if issue is None:
        issue = blank_issue(mailing_list, number, now)
        session.add(issue)
    elif issue.frozen_at is not None:
        raise IssueFrozen(number)
    issue.mailing_list = mailing_list
    issue.subject = read_line("subject", document["subject"], most=MOST_SUBJECT)
    issue.preheader = read_line(
        "preheader", document.get("preheader") or "", most=MOST_PREHEADER
    )
    issue.language = read_language(document.get("language") or mailing_list.language)
    blocks, editions = document["blocks"], document.get("editions")
    editions = [] if editions is None else editions
    for inner in every_block_document(blocks, editions):
        _take_in_file(settings, inner, folder)
    done = Done(Change.IMPORTED, edit=Edit(now, by))
    write(session, settings, issue, blocks=blocks, editions=editions, done=done)
    for link in document.get("links") or []:
        _link(session, link, now)
    return issue


def every_block_document(blocks: object, editions: object) -> Iterator[dict[str, Any]]:
    """Whatever looks like a block, before anything was checked."""
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict):
            yield block
    for edition in editions if isinstance(editions, list) else []:
        extras = edition.get("blocks") if isinstance(edition, dict) else None
        for extra in extras if isinstance(extras, list) else []:
            if isinstance(extra, dict) and isinstance(extra.get("block"), dict):
                yield extra["block"]


def _take_in_file(
    settings: Settings, block: dict[str, Any], folder: Path | None
) -> None:
    """Replace a path beside the issue file by the hash of the picture it holds."""
    name = block.get("file")
    if not isinstance(name, str) or not name:
        return
    if folder is None or (_MEDIA.fullmatch(name) and not (folder / name).exists()):
        media.path_of(settings.media, name)
        return
    path = (folder / name.replace("\0", "")).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise BadFile(
            name, f"is not a picture in {folder.resolve()}. Put it beside the issue."
        )
    block["file"] = media.store(settings.media, media.read(path)).hash


def _link(session: Session, document: object, now: datetime) -> None:
    if not isinstance(document, dict) or set(document) != set(LINK_FIELDS):
        raise BadIssue(f"A link has exactly the fields {', '.join(LINK_FIELDS)}.")
    if not all(isinstance(value, str) for value in document.values()):
        raise BadIssue(f"A link's {', '.join(LINK_FIELDS)} are texts in quotes.")
    knowledge.link(session, **document, now=now)


def issue_document(issue: Issue) -> dict[str, Any]:
    """The shape of the issue file."""
    # Written anew, as PostgreSQL keeps no order of keys.
    composition = Composition.of(issue)
    return {
        "number": issue.number,
        "list": issue.mailing_list.slug,
        "subject": issue.subject,
        "preheader": issue.preheader,
        "language": issue.language,
        "blocks": [block.to_dict() for block in composition.base],
        "editions": [edition.to_dict() for edition in composition.editions],
    }
