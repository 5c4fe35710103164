"""Commands are imported when they are asked for, and no sooner."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from newsletter.cli import main
from newsletter.cli.lazy import LazyGroup

HEAVY = ("alembic", "flask", "mjml", "PIL", "premailer", "sendgrid")


def every_group(group: click.Group) -> Iterator[click.Group]:
    yield group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from every_group(command)


def test_every_table_says_what_the_command_says() -> None:
    for group in every_group(main):
        if isinstance(group, LazyGroup):
            for name, found in group.elsewhere.items():
                command = found.load()
                assert command.name == name
                assert command.get_short_help_str(limit=1000) == found.help


def test_every_command_says_what_it_is_for() -> None:
    for group in every_group(main):
        assert group.help
        assert all(command.help for command in group.commands.values())


LIGHT = (
    "--help",
    "--version",
    "roles --help",
    "lists add --help",
    "regions find --help",
    "retention run --help",
    "segments count --help",
    "subscribers import --help",
)


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """By command, what is heavy and loaded once it is done, all in one new process:
    what one of them loads stays, so none can hide behind another."""
    program = (
        "import sys\n"
        "from newsletter.cli import main\n"
        f"for command in {LIGHT!r}:\n"
        "    main(command.split(), standalone_mode=False)\n"
        f"    heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "    print('LOADED', command, *heavy, sep='|')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    said = [
        line.split("|")[1:]
        for line in done.stdout.splitlines()
        if line.startswith("LOADED|")
    ]
    return {command: heavy for command, *heavy in said}


@pytest.mark.parametrize("command", LIGHT)
def test_who_needs_no_rendering_does_not_wait_for_it(
    loaded: dict[str, list[str]], command: str
) -> None:
    assert loaded[command] == []
