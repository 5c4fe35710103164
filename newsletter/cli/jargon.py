"""``buurtpost jargon``: the words the editors avoid, and what they say instead."""

import click

from newsletter.cli.door import Door, say_json
from newsletter.preflight.jargon import add_word, all_words, remove_word


@click.group()
def jargon() -> None:
    """Words the editors avoid; preflight looks for them."""


@jargon.command()
@click.argument("word")
@click.option("--instead", required=True, help="What to say instead.")
@click.pass_obj
def add(door: Door, word: str, instead: str) -> None:
    """Put WORD on the list, or say something else instead of it."""
    with door.writing() as session:
        known = add_word(session, word=word, instead=instead, now=door.now)
        said = f"{known.word}: {known.instead}"
    click.echo(said)


@jargon.command()
@click.argument("word")
@click.pass_obj
def remove(door: Door, word: str) -> None:
    """Take WORD off the list."""
    with door.writing() as session:
        remove_word(session, word)
    click.echo(f"{word} is off the list.")


@jargon.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(door: Door, as_json: bool) -> None:
    """Show the list."""
    with door.reading() as session:
        words = {one.word: one.instead for one in all_words(session)}
    if as_json:
        say_json(words)
        return
    for word, instead in words.items():
        click.echo(f"{word}: {instead}")
