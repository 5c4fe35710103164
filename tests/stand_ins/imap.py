"""A bounce mailbox on loopback: as much of IMAP4rev1 as a reader of bounces speaks."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailboxServer:
    """Holds mails by uid; ``seen`` are those a client marked as read."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    password: str = "geheim"
    fetched: list[int] = field(default_factory=list)
    port: int = 0

    def url(self, folder: str = "INBOX", *, password: str | None = None) -> str:
        secret = self.password if password is None else password
        return f"imap://bounces:{secret}@127.0.0.1:{self.port}/{folder}"

    @contextmanager
    def running(self) -> Iterator["MailboxServer"]:
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK IMAP4rev1 ready\r\n")
                for line in self.rfile:
                    tag, _, command = line.decode().strip().partition(" ")
                    self.wfile.write(mailbox.answer(tag, command))
                    if command.upper().startswith("LOGOUT"):
                        return

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield self
            server.shutdown()
            thread.join()

    def answer(self, tag: str, command: str) -> bytes:
        done = f"{tag} OK done\r\n".encode()
        words = command.upper()
        if words.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\n" + done
        if words.startswith("LOGIN"):
            right = self.password in command
            return done if right else f"{tag} NO {command}\r\n".encode()
        if words.startswith("SELECT"):
            if '"INBOX"' not in command:
                return f"{tag} NO no such folder\r\n".encode()
            return f"* {len(self.mails)} EXISTS\r\n".encode() + done
        if words.startswith("UID SEARCH"):
            unread = sorted(self.mails.keys() - self.seen)
            return f"* SEARCH {' '.join(map(str, unread))}\r\n".encode() + done
        if found := re.match(r"UID FETCH (\d+) \((.*)\)", words):
            uid, raw = int(found[1]), self.mails[int(found[1])]
            if found[2] == "RFC822.SIZE":
                return (
                    f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})\r\n".encode() + done
                )
            self.fetched.append(uid)
            head = f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode()
            return head + raw + b")\r\n" + done
        if found := re.match(r"UID STORE (\d+) \+FLAGS.SILENT \(\\SEEN\)", words):
            self.seen.add(int(found[1]))
            return done
        if words.startswith("LOGOUT"):
            return b"* BYE\r\n" + done
        return f"{tag} BAD {command}\r\n".encode()
