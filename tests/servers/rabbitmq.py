"""Debian's rabbitmq-server as a node of the tests' own: its ports, name and data.

Started by its own script, not by the one in /usr/sbin, which would change to the
system's user, cookie and data. It works for root and for anybody else.
"""

import os
import signal
import subprocess
from pathlib import Path

from tests.servers.ports import HOST, free_port, wait_until_listening

SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class RabbitMq:
    """``start`` and ``stop`` as often as you like: port and queues stay."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"amqp://guest:guest@{HOST}:{self.port}//"
        self._folder = folder
        self._epmd_port = free_port()
        self._distribution_port = free_port()
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def is_running(self) -> bool:
        return bool(self._running)

    def start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        (self._folder / "plugins").write_text("[].\n")
        (self._folder / "env").touch()
        # The node's name service. In the foreground and ours: the one a node starts
        # by itself is a daemon that outlives it.
        self._spawn("epmd", "-port", str(self._epmd_port), "-address", HOST)
        server = self._spawn(str(SCRIPT))
        wait_until_listening(self.port, server, log=self._log)

    def stop(self) -> None:
        """At once, as a machine that fails: durable queues are on the disk."""
        while self._running:
            process = self._running.pop()
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @property
    def _log(self) -> Path:
        return self._folder / "output"

    def _spawn(self, *command: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that all of it can be stopped
            )
        self._running.append(process)
        return process

    @property
    def _environment(self) -> dict[str, str]:
        folder = str(self._folder)
        return {
            "PATH": os.environ["PATH"],
            "HOME": folder,  # where its cookie lies
            "RABBITMQ_NODENAME": f"buurtpost-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1"
            ),
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/env",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
        }
