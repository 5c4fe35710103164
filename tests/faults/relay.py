"""An SMTP relay that writes down each mail it takes, and misbehaves by script.

``python -m tests.faults.relay``: a process of its own, so that it outlives a killed
worker and can be killed itself. Offers PIPELINING. See ``talk`` and ``rules``.
"""

import asyncio
import re

from tests.faults.rules import HANG_UP, RESET, SILENCE, Rule
from tests.faults.talk import Over, Talk, main

# bounce+12-345-SEAL@domain: the return address names the delivery.
_DELIVERY = re.compile(r"bounce\+([0-9]+-[0-9]+)-")


class Relay(Talk):
    _sender = _recipient = ""

    async def converse(self) -> None:
        await self._answer("connect", "", "220 stand-in ready")
        while line := await self.reader.readline():
            await self._hear(line.decode("ascii", "replace").strip())

    async def _hear(self, line: str) -> None:
        verb = line[:4].lower()
        if verb == "mail":
            self._sender, self._recipient = line, ""
        if verb == "quit":
            self.writer.write(b"221 bye\r\n")
            raise Over
        if verb == "ehlo":
            usual = "250-stand-in\r\n250-PIPELINING\r\n250 8BITMIME"
        elif verb == "data":
            usual = "354 go on" if self._recipient else "503 nobody to mail to"
        else:
            usual = "250 ok"
        said = await self._answer(verb, line, usual)
        if verb == "rcpt" and said.startswith("250"):
            self._recipient = line[line.find("<") + 1 : line.rfind(">")]
        if said.startswith("354"):
            await self._take()

    async def _take(self) -> None:
        if await self.reader.readline() == b".\r\n":
            self.writer.write(b"550 an empty mail\r\n")
            return
        await self.reader.readuntil(b"\r\n.\r\n")
        rule = self.script.rule_for("dot", self._recipient, self.own)
        do = rule.do if rule else ""
        taken = do[:1] in {"", "2"} or (rule is not None and rule.take)
        lost = do in {HANG_UP, RESET, SILENCE}
        if taken or lost:
            found = _DELIVERY.search(self._sender)
            mail = (found[1] if found else self._sender, self._recipient)
            self.record.write([mail], taken=taken, answered=not lost)
        await asyncio.sleep(self.slow)
        await self._obey(rule, "250 2.0.0 taken")

    async def _answer(self, verb: str, text: str, usual: str) -> str:
        return await self._obey(self.script.rule_for(verb, text, self.own), usual)

    async def _obey(self, rule: Rule | None, usual: str) -> str:
        """Say what is to be said; returns it. Raises Over."""
        if rule is not None:
            await asyncio.sleep(rule.wait)
            await self.leave_by(rule.do)
        said = (rule.do if rule else "") or usual
        self.writer.write(said.encode() + b"\r\n")
        if said.startswith("421"):
            raise Over
        return said


if __name__ == "__main__":
    main(Relay)
