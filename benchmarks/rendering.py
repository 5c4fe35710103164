"""What one variant costs to render, and one recipient to fill."""

from collections.abc import Iterator
from email.message import EmailMessage

import mjml

from benchmarks.measure import Measure, in_turns
from benchmarks.village import Village, clock
from newsletter.dispatch.flight.letters import make_message
from newsletter.dispatch.messages import mail_of
from newsletter.issues.compose import find_issue
from newsletter.issues.variants import plan_variants
from newsletter.production.files import sample_values
from newsletter.production.produce import produce, resolve
from newsletter.providers.base import Recipient
from newsletter.providers.message import build_message
from newsletter.rendering.variant import render_variant

FILLS = 500


def measure(village: Village) -> Iterator[Measure]:
    now = clock()
    today = now.date()
    with village.database.read() as session:
        issue = find_issue(session, village.number)
        planned = max(
            plan_variants(session, issue, today=today),
            key=lambda variant: len(variant.blocks),
        )
        frame, blocks = resolve(session, village.settings, issue, planned, day=today)
        produced = produce(session, village.settings, issue, planned, day=today)
        message = make_message(
            mail_of(
                village.settings,
                issue,
                number=str(issue.number),
                mailing="bench",
                from_name=produced.from_name,
                from_address=produced.from_address,
                subject=produced.rendered.subject,
            ),
            html=produced.rendered.html,
            text=produced.rendered.text,
        )
    source = produced.rendered.mjml
    ours, bare = in_turns(
        lambda: render_variant(frame, blocks),
        lambda: mjml.mjml2html(source, fonts={}),
        rounds=15,
    )
    yield Measure(
        name="render a variant",
        value=ours * 1000,
        unit="ms",
        reference="its MJML step alone",
        reference_value=bare * 1000,
        note=f"{len(blocks)} blocks, {len(produced.rendered.html.encode()):,} bytes",
    )

    values = sample_values(village.settings, language=issue.language, day=today)
    recipient = Recipient(
        delivery="1-1",
        address="anna@lezers.example",
        name="Anna",
        values=values,
        one_click_url=f"{village.settings.base_url}/unsubscribe/{'x' * 32}",
    )

    def with_python_email() -> None:
        mail = EmailMessage()
        mail["Subject"] = message.subject.fill(values)
        mail["To"] = recipient.address
        mail.set_content(message.text.fill(values), cte="quoted-printable")
        mail.add_alternative(
            message.html.fill(values), subtype="html", cte="quoted-printable"
        )
        mail.as_bytes()

    ours, plain = in_turns(
        lambda: [
            build_message(message, recipient, domain="lezers.example", date=now)
            for _ in range(FILLS)
        ],
        lambda: [with_python_email() for _ in range(FILLS // 10)],
    )
    yield Measure(
        name="fill a mail",
        value=ours / FILLS * 1e6,
        unit="us",
        reference="EmailMessage per recipient",
        reference_value=plain / (FILLS // 10) * 1e6,
    )
