"""A SendGrid that writes down each mail it takes, and misbehaves by script.

``python -m tests.faults.post_office``, like ``relay``. The verb of its rules is *post*;
an answer is a status, and for 429 the seconds until its reset behind it.
"""

import asyncio
import json
import time

from tests.faults.rules import HANG_UP, RESET, SILENCE
from tests.faults.talk import Over, Talk, main


class PostOffice(Talk):
    async def converse(self) -> None:
        while True:
            head = await self.reader.readuntil(b"\r\n\r\n")
            await self._answer(await self.reader.readexactly(_length(head)))

    async def _answer(self, body: bytes) -> None:
        rule = self.script.rule_for("post", body.decode(), self.own)
        do = (rule.do if rule else "") or "202"
        taken = do == "202" or (rule is not None and rule.take)
        lost = do in {HANG_UP, RESET, SILENCE} or do.startswith("5")
        if taken or lost:
            self.record.write(_mails(body), taken=taken, answered=not lost)
        await asyncio.sleep(self.slow + (rule.wait if rule else 0))
        await self.leave_by(do)
        status, _, reset = do.partition(" ")
        head = [f"HTTP/1.1 {status} said", "X-Message-Id: stand-in"]
        if reset:
            head.append(f"X-RateLimit-Reset: {int(time.time() + float(reset))}")
        errors = [{"message": "As the script says.", "field": "personalizations.0"}]
        words = b"" if status == "202" else json.dumps({"errors": errors}).encode()
        head.append(f"Content-Length: {len(words)}")
        self.writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + words)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    raise Over


def _mails(body: bytes) -> list[tuple[str, str]]:
    return [
        (one["custom_args"]["bw_delivery"], one["to"][0]["email"])
        for one in json.loads(body)["personalizations"]
    ]


if __name__ == "__main__":
    main(PostOffice)
