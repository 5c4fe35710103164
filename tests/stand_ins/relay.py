"""A relay of one connection at a time that shows how it was spoken to.

aiosmtpd (``tests.stand_ins.smtp``) hides what came in one piece and answers wrong
commands by the book. This one answers each line by a script and counts its *turns*:
how often it had read all there was and sent its answers, which is a round trip.
"""

import socket
import threading
from collections.abc import Callable

Script = Callable[[str], str | None]  # a command in, an answer or None (behave) out

HANG_UP = "hang up"
SILENCE = "silence"


class Relay:
    """Start it with ``with``; ``url`` fits BUURTPOST_SMTP_URL."""

    def __init__(
        self,
        script: Script = lambda _line: None,
        *,
        offers: tuple[str, ...] = ("PIPELINING", "SIZE 0"),
    ) -> None:
        self.lines: list[str] = []  # what it was told, bodies left out
        self.bodies: list[bytes] = []
        self.turns = 0
        self._script = script
        self._offers = offers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        port = self._listener.getsockname()[1]
        return f"smtp://127.0.0.1:{port}?tls=none&connections=1"

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self._converse(connection)
                except OSError:
                    continue

    def _converse(self, connection: socket.socket) -> None:
        connection.sendall(b"220 relay\r\n")
        buffer, in_data = b"", False
        while data := connection.recv(1 << 20):
            buffer += data
            answers: list[str] = []
            while True:
                if in_data:
                    # An empty mail is the dot alone.
                    end = (
                        0 if buffer.startswith(b".\r\n") else buffer.find(b"\r\n.\r\n")
                    )
                    if end < 0:
                        break
                    self.bodies.append(buffer[:end])
                    buffer = buffer[end + (3 if end == 0 else 5) :]
                    line = "."
                else:
                    end = buffer.find(b"\r\n")
                    if end < 0:
                        break
                    line, buffer = buffer[:end].decode(), buffer[end + 2 :]
                self.lines.append(line)
                answer = self._script(line) or self._behave(line)
                in_data = answer.startswith("354")
                if answer == HANG_UP:
                    connection.sendall("".join(answers).encode())
                    return
                if answer != SILENCE:
                    answers.append(f"{answer}\r\n")
            if answers:
                self.turns += 1
                connection.sendall("".join(answers).encode())

    def _behave(self, line: str) -> str:
        verb = line[:4].upper()
        if verb == "EHLO":
            return "\r\n".join(
                [
                    *(f"250-{offer}" for offer in ("relay", *self._offers)),
                    "250 8BITMIME",
                ]
            )
        return "354 Go on" if verb == "DATA" else "250 2.0.0 Ok"
