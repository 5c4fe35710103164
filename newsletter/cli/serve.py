"""``buurtpost serve``: the web server, with a worker beside it.

Two child processes: the server is started by name, so that nothing here imports
``web``, and the worker is the same as ``buurtpost worker``. When one ends the other is
told to stop, so that whatever started us sees it and may start us again.
"""

import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

import click

from newsletter.cli.door import Door
from newsletter.errors import NewsletterError

APPLICATION = "web.app:create_app()"
# More than can work at once: those who sign up while a large audience is frozen
# wait for SQLite's one writer, and must not keep a thread from whoever only reads.
THREADS = 16
LOOK_SECONDS = 0.2

Child = subprocess.Popen[bytes]


class PortTaken(NewsletterError):
    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"Cannot listen on {host} port {port}: {why}. "
            "Choose another with --port, or stop what uses it."
        )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-worker", is_flag=True, help="Only the pages; send nothing.")
@click.pass_obj
def serve(door: Door, host: str, port: int, no_worker: bool) -> None:
    """Serve the pages, and do the due work beside them, until told to stop."""
    door.require_durable()
    door.database.close()  # it answers; the children open their own
    _check_port(host, port)
    commands = [_server(host, port)]
    if not no_worker:
        commands.append(
            [sys.executable, "-c", "from newsletter.cli import main; main()", "worker"]
        )
    # Both children get the settings as we read them, .env included.
    environment = dict(door.environment)
    # Nothing in the commands was typed but a host and a checked port, and no shell.
    children = [subprocess.Popen(one, env=environment) for one in commands]  # noqa: S603 - see above
    click.echo(f"Buurtpost is at http://{_shown(host)}:{port}/ (stop with Ctrl-C)")
    _stay_until_one_ends(children)


def _server(host: str, port: int) -> list[str]:
    # No access log, and of the server's own words only errors: addresses of people's
    # machines stand in the rest, and signed links.
    return [
        *(sys.executable, "-m", "gunicorn", APPLICATION),
        *("--bind", f"{_shown(host)}:{port}"),
        *("--worker-class", "gthread", "--threads", str(THREADS)),
        *("--log-level", "error", "--no-control-socket"),
    ]


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(host, port, error.strerror or str(error)) from error


def _stay_until_one_ends(children: list[Child]) -> None:
    """Wait; pass a stop on to all; exit 1 when one ended by itself."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    asked = False
    try:
        while all(child.poll() is None for child in children):
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        asked = True
    finally:
        signal.signal(signal.SIGTERM, before)
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            child.wait()
    if not asked:
        raise NewsletterError(
            "The web server or its worker ended by itself; the reason stands above. "
            "Start `buurtpost serve` again."
        )
