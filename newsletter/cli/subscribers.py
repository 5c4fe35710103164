"""``buurtpost subscribers``: one person at a time.

Files of readers are in ``readers_files``.
"""

import click
from sqlalchemy.orm import Session

from newsletter import privacy
from newsletter.cli.door import Door, say_json
from newsletter.cli.lazy import Elsewhere, LazyGroup
from newsletter.errors import NewsletterError
from newsletter.staff import audit
from newsletter.staff.people import who_acts
from subscribers import subscriptions, suppression, typed
from subscribers.addresses import normalise
from subscribers.models import Subscriber, SuppressionReason


class UnknownSubscriber(NewsletterError):
    def __init__(self, address: str) -> None:
        super().__init__(f"There is no subscriber {address}.")


by_option = click.option("--by", help="The staff member who acts, by e-mail address.")


FILES = {
    "import": Elsewhere(
        "readers_files:import_",
        "Take in the readers of a CSV file: ours, or another system's export.",
    ),
    "export": Elsewhere(
        "readers_files:export",
        "Write a list's readers as CSV, in the shape `import` takes.",
    ),
}


@click.group(cls=LazyGroup, elsewhere=FILES)
def subscribers() -> None:
    """The people we know."""


@subscribers.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show(door: Door, address: str, as_json: bool) -> None:
    """Show everything we hold about one person."""
    with door.reading() as session:
        held = privacy.export(session, _find(session, address))
    if as_json:
        say_json(held)
        return
    _tell(held)


@subscribers.command()
@click.argument("address")
@by_option
@click.pass_obj
def forget(door: Door, address: str, by: str | None) -> None:
    """Erase one person; only a keyed hash remains, so that they are never mailed."""
    with door.writing() as session:
        subscriber = _find(session, address)
        # The number is theirs alone and means nothing once they are gone.
        number = subscriber.id
        privacy.forget(session, subscriber, now=door.now)
        _audit(door, session, by, "subscriber.forget", f"subscriber {number}")
    click.echo("Forgotten.")


@subscribers.command()
@click.argument("address")
@click.option("--why", default="", help="Kept with the suppression; name nobody.")
@by_option
@click.pass_obj
def suppress(door: Door, address: str, why: str, by: str | None) -> None:
    """Never mail ADDRESS again, known or not; only staff can lift it."""
    with door.writing() as session:
        known = suppression.suppress(
            session,
            address=normalise(address),
            reason=SuppressionReason.STAFF,
            note=why,
            now=door.now,
        )
        _audit(
            door, session, by, "subscriber.suppress", _short(known.address_hash), why
        )
    click.echo("Suppressed.")


@subscribers.command()
@click.argument("address")
@click.option("--why", required=True, help="Kept in the audit log; name nobody.")
@by_option
@click.pass_obj
def unsuppress(door: Door, address: str, why: str, by: str | None) -> None:
    """Lift a suppression, whatever its reason."""
    with door.writing() as session:
        normal = normalise(address)
        reason = suppression.lift(session, address=normal, why=why)
        subject = _short(suppression.hash_of(session, normal))
        _audit(door, session, by, "subscriber.unsuppress", subject, why)
    click.echo(f"Lifted; it was suppressed as {reason}.")


def _find(session: Session, address: str) -> Subscriber:
    normal = normalise(address)
    found = subscriptions.find_subscriber(session, normal)
    if found is None:
        raise UnknownSubscriber(normal)
    return found


def _short(address_hash: bytes) -> str:
    """What the audit log calls an address by, as it never names one."""
    return f"address {address_hash.hex()[:16]}"


def _audit(
    door: Door, session: Session, by: str | None, act: str, subject: str, note: str = ""
) -> None:
    audit.record(
        session,
        by=who_acts(session, by),
        act=act,
        subject=subject,
        note=typed.line_or_none(note, what="reason why", most=500) or "",
        now=door.now,
    )


def _tell(held: dict[str, object]) -> None:
    """One line per fact; lists as one line per entry, indented."""
    for name, value in held.items():
        label = name.replace("_", " ")
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            click.echo(f"{label}:")
            for entry in value:
                click.echo(f"  {_flat(entry)}")
            continue
        click.echo(f"{label}: {_flat(value)}")


def _flat(value: object) -> str:
    if value is None or value == [] or value == "":
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(one)}" for key, one in value.items())
    if isinstance(value, list):
        return " | ".join(_flat(one) for one in value)
    return str(value)
