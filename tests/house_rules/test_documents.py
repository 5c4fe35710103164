"""What the documents promise is what the code has."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The contract's settings that this version reads.
_READ = re.compile(r'"((?:BUURTPOST|SENDGRID)_[A-Z_]+)"')


def settings_read() -> set[str]:
    return {
        name
        for house in ("newsletter", "web")
        for path in (ROOT / house).rglob("*.py")
        for name in _READ.findall(path.read_text())
    }


def test_every_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text()

    assert {name for name in settings_read() if f"`{name}`" not in readme} == set()


def test_decisions_are_numbered_without_a_gap():
    names = sorted(path.name for path in (ROOT / "docs/decisions").glob("*.md"))

    assert len(names) >= 5
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]


def test_every_make_target_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))

    assert described >= set(phony[1].split()) - {"lock"}
