"""What the documents promise is what the code has."""

import re
from pathlib import Path
from typing import cast

import click
import pytest

from newsletter.cli import main

ROOT = Path(__file__).parents[2]
# The contract's settings that this version reads.
_READ = re.compile(r'"((?:BUURTPOST|SENDGRID)_[A-Z_]+)"')
# In `code`, or a line of a fenced block.
_COMMAND = re.compile(r"(?:`|^(?:\.venv/bin/)?)buurtpost ([^`\n]+)", re.MULTILINE)


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


def commands_named() -> list[tuple[str, str]]:
    """Every ``buurtpost ...`` in the documents, as the words after it."""
    return [
        (path.name, words)
        for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
        for words in _COMMAND.findall(path.read_text())
    ]


@pytest.mark.parametrize(("document", "words"), sorted(set(commands_named())))
def test_every_command_in_a_document_exists(document: str, words: str) -> None:
    typed = re.split(r"\s#", words)[0].split()
    command: click.Command = main
    while isinstance(command, click.Group) and typed and typed[0][0].islower():
        # "pause|resume": the last stands for the others, which are looked up too.
        found = [
            command.get_command(click.Context(command), name)
            for name in typed.pop(0).split("|")
        ]
        assert None not in found, f"{document}: buurtpost {words}"
        command = cast("click.Command", found[-1])
    known = {name for option in command.params for name in option.opts}
    assert {word for word in typed if word.startswith("--")} <= known | {"--help"}
