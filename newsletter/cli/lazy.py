"""Groups that import a command when it is asked for.

Rendering, sending and migrating take a second to import. Whoever asks for help or adds
a role should not wait for them, so a group knows its commands by name:

    @click.group(cls=LazyGroup, elsewhere={"check": Elsewhere("checks:check", "...")})
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click


@dataclass(frozen=True)
class Elsewhere:
    """Where a command is, and the line about it in its group's help."""

    place: str  # module of this package and name in it: "checks:check"
    help: str  # as the command itself says it; a test holds them together

    def load(self) -> click.Command:
        module, name = self.place.split(":")
        command = getattr(import_module(f"newsletter.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command


class LazyGroup(click.Group):
    """A group with commands of its own and commands that are elsewhere."""

    def __init__(
        self,
        *arguments: Any,
        elsewhere: Mapping[str, Elsewhere] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.elsewhere = dict(elsewhere or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.elsewhere:
            return self.elsewhere[cmd_name].load()
        return super().get_command(ctx, cmd_name)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Click's own section, with the lines of the table instead of the commands."""
        lines = {name: found.help for name, found in self.elsewhere.items()}
        longest = max(map(len, self.list_commands(ctx)), default=0)
        room = formatter.width - 6 - longest
        lines |= {
            name: command.get_short_help_str(room)
            for name, command in self.commands.items()
        }
        with formatter.section("Commands"):
            formatter.write_dl(sorted(lines.items()))
