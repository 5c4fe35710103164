"""Write every variant of an issue as files to look at."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant, plan_variants
from newsletter.production.produce import ProducedVariant, produce
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html
from newsletter.rendering.variant import name_fallback
from newsletter.settings import Settings


def sample_values(settings: Settings, *, language: str, day: date) -> dict[Slot, str]:
    """What stands in the slots when nobody in particular reads it."""
    return {
        Slot.NAME: name_fallback(language),
        Slot.LEAVE_URL: f"{settings.base_url}/unsubscribe/example",
        Slot.PREFERENCES_URL: f"{settings.base_url}/preferences/example",
        Slot.SINCE: format_date(day, "d MMMM y", locale=language),
    }


def render_issue(
    session: Session,
    settings: Settings,
    issue: Issue,
    folder: Path,
    *,
    day: date,
) -> dict[str, Any]:
    """Write ``<variant>.html``, ``.txt``, ``.mjml`` and ``manifest.json``.

    All are rendered before the first is written; returns the manifest.
    """
    planned = plan_variants(session, issue, today=day, zone=settings.timezone)
    produced = [
        produce(session, settings, issue, variant, day=day) for variant in planned
    ]
    values = sample_values(settings, language=issue.language, day=day)
    contents: dict[str, str] = {}
    for variant in produced:
        contents |= _files(variant, values)
    manifest = {
        "issue": issue.number,
        "variants": [
            _entry(plan, variant, contents)
            for plan, variant in zip(planned, produced, strict=True)
        ],
    }
    contents["manifest.json"] = (
        json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    )
    _write(folder, contents)
    return manifest


def _files(variant: ProducedVariant, values: Mapping[Slot, str]) -> dict[str, str]:
    html = MergeTemplate.cut(variant.rendered.html, escape=in_html)
    text = MergeTemplate.cut(variant.rendered.text, escape=as_is)
    return {
        f"{variant.key}.html": html.fill(values),
        f"{variant.key}.txt": text.fill(values),
        f"{variant.key}.mjml": variant.rendered.mjml,
    }


def _entry(
    planned: PlannedVariant, variant: ProducedVariant, contents: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "key": planned.key,
        "edition": planned.edition,
        "readers": planned.readers,
        "blocks": planned.blocks,
        "bytes": len(contents[f"{planned.key}.html"].encode()),
        "sha256": variant.sha256,
        "label": planned.label,
        "say": planned.say,
    }


def _write(folder: Path, contents: Mapping[str, str]) -> None:
    """Each file whole; the files of variants that are no more are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=folder, prefix=".render-"))
    try:
        for name, text in contents.items():
            (building / name).write_text(text, encoding="utf-8")
        for name in _manifest_last(list(contents)):
            (building / name).replace(folder / name)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _manifest_last(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: name == "manifest.json")
