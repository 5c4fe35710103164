import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import NewsletterError
from newsletter.issues.models import Issue
from newsletter.issues.variants import plan_variants
from newsletter.production import files
from newsletter.production.files import render_issue
from newsletter.production.produce import ProducedVariant, find_variant, produce
from newsletter.rendering.merge import Slot, marker
from tests.newsletter.issues.world import ONLY_AMBTENAREN, TODAY, World

FOREWORD = {"kind": "foreword", "text": "Beste {naam}"}
SOEP = {"kind": "story", "story": "soep"}
BALIE = {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN}


def issue_with_edition(world: World, **more: Any) -> Issue:
    world.reader("anna", roles=["wijkambtenaar"])
    world.reader("ben")
    world.reader("cleo", partners=[world.lpb])
    return world.issue(FOREWORD, SOEP, BALIE, editions=[{"partner": "lpb"}], **more)


def produced(world: World, issue: Issue) -> dict[str, ProducedVariant]:
    planned = plan_variants(world.session, issue, today=TODAY)
    return {
        variant.key: produce(world.session, world.settings, issue, variant, day=TODAY)
        for variant in planned
    }


def test_each_variant_is_a_whole_mail(world: World) -> None:
    found = produced(world, issue_with_edition(world))

    base, lpb = found["base"], found["lpb"]
    assert (base.from_name, base.from_address) == (
        "Buurtwijs",
        "redactie@buurtwijs.example",
    )
    assert lpb.from_name == "Buurtwijs en LPB"
    assert "De buurttafel" in base.rendered.html
    assert "De buurttafel" in base.rendered.text
    assert "Tussen balie en buurt" not in base.rendered.html + base.rendered.text
    assert marker(Slot.NAME) in base.rendered.html
    assert len({variant.sha256 for variant in found.values()}) == len(found) == 3


def test_a_version_that_is_the_same_is_made_once(world: World) -> None:
    issue = issue_with_edition(world)

    before, again = produced(world, issue), produced(world, issue)
    world.mailing_list.sender.postal_address = "Postbus 2, 3500 AA Utrecht"
    after = produced(world, issue)

    assert all(again[key].rendered is before[key].rendered for key in before)
    assert all(after[key].sha256 != before[key].sha256 for key in before)


def test_a_partners_own_address_sends_its_edition(world: World) -> None:
    world.lpb.from_address = "post@lpb.example"

    found = produced(world, issue_with_edition(world))

    assert found["lpb"].from_address == "post@lpb.example"
    assert found["base"].from_address == "redactie@buurtwijs.example"


def test_the_hash_stays_until_something_mailed_changes(world: World) -> None:
    first = produced(world, issue_with_edition(world))["base"].sha256
    same = world.issue(FOREWORD, SOEP, BALIE, editions=[{"partner": "lpb"}])
    assert produced(world, same)["base"].sha256 == first

    world.mailing_list.from_address = "ander@buurtwijs.example"
    assert produced(world, same)["base"].sha256 != first


def test_an_unknown_variant_is_named_with_those_there_are(world: World) -> None:
    planned = plan_variants(world.session, world.issue(SOEP), today=TODAY)

    assert find_variant(planned, "base") is planned[0]
    with pytest.raises(NewsletterError, match=r"no variant 'x'\. There are: base"):
        find_variant(planned, "x")


def test_rendering_writes_every_variant_and_a_manifest(
    world: World, tmp_path: Path
) -> None:
    issue = issue_with_edition(world)
    folder = tmp_path / "out" / "42"

    manifest = render_issue(world.session, world.settings, issue, folder, day=TODAY)

    keys = [variant["key"] for variant in manifest["variants"]]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["manifest.json"]
        + [f"{key}.{form}" for key in keys for form in ("html", "txt", "mjml")]
    )
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    assert sum(variant["readers"] for variant in manifest["variants"]) == 3
    for variant in manifest["variants"]:
        html = (folder / f"{variant['key']}.html").read_bytes()
        assert len(html) == variant["bytes"]
        assert b"buurtpost-slot" not in html
        assert {"key", "edition", "readers", "blocks", "bytes", "sha256"} <= set(
            variant
        )


def test_rendering_again_replaces_the_files(world: World, tmp_path: Path) -> None:
    for subject in ("Eerst", "Daarna"):
        issue = world.issue(SOEP, subject=subject)
        render_issue(world.session, world.settings, issue, tmp_path, day=TODAY)

    assert "Daarna" in (tmp_path / "base.html").read_text()
    assert not list(tmp_path.glob(".render-*"))


def test_nothing_is_written_when_one_variant_cannot_be_rendered(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **more: Any) -> ProducedVariant:
        if arguments[3].key == "lpb":
            raise NewsletterError("Block text-1: cannot be rendered.")
        return produce(*arguments, **more)

    monkeypatch.setattr(files, "produce", refuse)
    folder = tmp_path / "out"

    with pytest.raises(NewsletterError, match="Block text-1"):
        render_issue(
            world.session,
            world.settings,
            issue_with_edition(world),
            folder,
            day=TODAY,
        )

    assert not folder.exists()
