"""What a command calls a mailing by: an issue's number, or a bundle's month."""

import re

import click


class Number(click.ParamType[int | str]):
    """42, or "2026-11" (and "2026-11-wijkpost" for another list than the first)."""

    name = "number"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int | str:
        text = str(value)
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        if re.fullmatch(r"\d{4}-\d\d(-.+)?", text) is None:
            self.fail(f"{text!r} is no issue (42) and no bundle (2026-11).", param, ctx)
        return text
