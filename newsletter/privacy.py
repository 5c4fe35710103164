"""One person's rights over both houses: see everything we hold, and be forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from newsletter.correspondence.models import ServiceMail
from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.models import Delivery, Mailing, Variant
from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.erasure.erasure import ask_to_erase
from newsletter.issues.models import Issue
from newsletter.workflow.models import Approval, ApprovalLink, Remark
from subscribers import consent, moving, regions, roles, subscriptions, suppression
from subscribers.models import (
    ConsentRecord,
    ConsentWording,
    MailingList,
    PartnerConsent,
    Sender,
    SignupRequest,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)


def export(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    """Everything we hold about one person, ready for JSON (moments are ISO 8601)."""
    return {
        "address": subscriber.address,
        "name": subscriber.name,
        "region": {
            "code": subscriber.region_code,
            "name": regions.name_of(session, subscriber.region_code),
        }
        if subscriber.region_code
        else None,
        "roles": roles.names_of(session, subscriber.role_mask),
        "language": subscriber.language,
        "joined_at": subscriber.joined_at.isoformat(),
        "paused_until": _iso(subscriber.paused_until),
        "frequency": subscriber.frequency,
        "subscriptions": [
            _subscription(session, subscription)
            for subscription in subscriptions.subscriptions_of(session, subscriber)
        ],
        "consent": [
            _record(session, record)
            for record in consent.records_of(session, subscriber.id)
        ],
        "sign_ups": _sign_ups(session, subscriber),
        "suppression": _suppression(session, subscriber),
        "deliveries": _deliveries(session, subscriber),
        "reports": _reports(session, subscriber),
        "service_mails": _service_mails(session, subscriber),
        "approvals": _approvals(session, subscriber),
    }


def forget(session: Session, subscriber: Subscriber, *, now: datetime) -> None:
    """Erase a person everywhere; only the hashed suppression keeps them unmailed.

    Their lines of consent and deliveries stay as evidence and sums, about nobody. The
    provider is asked to forget them too, by a job.
    """
    # Held first: a sign-up that is being written down is then erased too.
    held = session.scalar(
        select(Subscriber.id).where(Subscriber.id == subscriber.id).with_for_update()
    )
    if held is not None:
        forget_held(session, [held], reason=SuppressionReason.ERASED, now=now)


def forget_held(
    session: Session,
    numbers: Sequence[int],
    *,
    reason: SuppressionReason,
    now: datetime,
) -> None:
    """The same for people whose rows are locked; ``reason`` keeps them unmailed."""
    for subscriber in session.scalars(
        select(Subscriber).where(Subscriber.id.in_(numbers)).order_by(Subscriber.id)
    ).all():
        _forget(session, subscriber, reason=reason, now=now)
    session.execute(
        update(Delivery)
        # By number and not by address: who moved has deliveries to older ones. No
        # index has it, and a look at every row is not too much for one night or wish.
        .where(Delivery.subscriber_id.in_(numbers))
        # A server's refusal often repeats the address it refuses.
        .values(subscriber_id=None, detail="")
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Subscriber).where(Subscriber.id.in_(numbers)))
    session.expire_all()


def _forget(
    session: Session,
    subscriber: Subscriber,
    *,
    reason: SuppressionReason,
    now: datetime,
) -> None:
    """One of them, in every table that is found by their address or number."""
    moving.abandon(session, subscriber)
    for subscription in subscriptions.subscriptions_of(session, subscriber):
        subscriptions.end(session, subscription, source="erasure", now=now)
    suppression.suppress(
        session,
        address_hash=subscriber.address_hash,
        reason=reason,
        now=now,
    )
    consent.erase(session, subscriber.id)
    session.execute(
        update(ReportedEvent)
        .where(ReportedEvent.address_hash == subscriber.address_hash)
        .values(address_hash=None, detail="")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(ServiceMail).where(ServiceMail.address == subscriber.address)
    )
    session.execute(
        update(ServiceMail)
        .where(ServiceMail.address_hash == subscriber.address_hash)
        .values(address_hash=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        # With what they remarked and approved by it.
        delete(ApprovalLink).where(ApprovalLink.email == subscriber.address)
    )
    ask_to_erase(session, subscriber.address, now=now)


def _subscription(session: Session, subscription: Subscription) -> dict[str, Any]:
    chosen = subscription.edition_sender_id
    partners = session.execute(
        select(Sender.slug, PartnerConsent.granted_at)
        .join(Sender, Sender.id == PartnerConsent.sender_id)
        .where(
            PartnerConsent.subscriber_id == subscription.subscriber_id,
            PartnerConsent.list_id == subscription.list_id,
        )
        .order_by(Sender.slug)
    )
    return {
        "list": subscription.mailing_list.slug,
        "state": subscription.state,
        "requested_at": _iso(subscription.requested_at),
        "confirmed_at": _iso(subscription.confirmed_at),
        "ended_at": _iso(subscription.ended_at),
        "edition": session.get_one(Sender, chosen).slug if chosen else None,
        "partners": [
            {"partner": slug, "since": _iso(granted)} for slug, granted in partners
        ],
    }


def _record(session: Session, record: ConsentRecord) -> dict[str, Any]:
    wording = (
        session.get(ConsentWording, record.wording_id) if record.wording_id else None
    )
    return {
        "list": session.get_one(MailingList, record.list_id).slug,
        "line": record.seq,
        "act": record.act,
        "sender": session.get_one(Sender, record.sender_id).name,
        "wording": {
            "language": wording.language,
            "version": wording.version,
            "text": wording.text,
        }
        if wording
        else None,
        "source": record.source,
        "proof": record.proof,
        "at": _iso(record.recorded_at),
        "address": record.address,
    }


def _sign_ups(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    asked = session.scalars(
        select(SignupRequest)
        .where(SignupRequest.subscriber_id == subscriber.id)
        .order_by(SignupRequest.id)
    )
    return [
        {
            "list": session.get_one(MailingList, request.list_id).slug,
            "name": request.details["name"],
            "region": request.details["region"],
            "roles": roles.names_of(session, request.details["roles"]),
            "language": request.details["language"],
            "partners": [
                session.get_one(Sender, sender).slug
                for sender, _wording in request.details["partners"]
            ],
            "source": request.source,
            "requested_at": _iso(request.requested_at),
            "confirmed_at": _iso(request.confirmed_at),
            "reminded_at": _iso(request.reminded_at),
        }
        for request in asked
    ]


def _suppression(session: Session, subscriber: Subscriber) -> dict[str, Any] | None:
    known = session.get(Suppression, subscriber.address_hash)
    if known is None:
        return None
    return {
        "reason": known.reason,
        "note": known.note,
        "since": _iso(known.created_at),
    }


def _deliveries(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    rows = session.execute(
        select(
            Issue.number,
            Bundle.number.label("bundle"),
            Mailing.kind,
            Delivery.edition,
            Variant.key,
            Delivery.exclusion,
            Delivery.state,
            Delivery.changed_at,
            Delivery.detail,
        )
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Issue, Issue.id == Mailing.issue_id)
        .outerjoin(Bundle, Bundle.mailing_id == Mailing.id)
        .outerjoin(Variant, Variant.id == Delivery.variant_id)
        # To older addresses too; what was theirs before they had us forget them is
        # nobody's.
        .where(Delivery.subscriber_id == subscriber.id)
        .order_by(Issue.number, Mailing.id)
    )
    return [
        {
            "issue": row.bundle or row.number,
            "mailing": row.kind,
            "edition": row.edition,
            "variant": row.key,
            "excluded": row.exclusion,
            "state": row.state,
            "changed_at": _iso(row.changed_at),
            "detail": row.detail,
        }
        for row in rows
    ]


def _reports(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    """What providers said of mails to this address: bounces, a complaint."""
    reports = session.scalars(
        select(ReportedEvent)
        .where(ReportedEvent.address_hash == subscriber.address_hash)
        .order_by(ReportedEvent.happened_at, ReportedEvent.id)
    )
    return [
        {
            "provider": report.provider,
            "kind": report.kind,
            "at": _iso(report.happened_at),
            "status": report.status,
            "detail": report.detail,
        }
        for report in reports
    ]


def _service_mails(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    mails = session.scalars(
        select(ServiceMail)
        .where(
            or_(
                ServiceMail.address == subscriber.address,
                ServiceMail.address_hash == subscriber.address_hash,
            )
        )
        .order_by(ServiceMail.id)
    )
    return [
        {"kind": mail.kind, "state": mail.state, "created_at": _iso(mail.created_at)}
        for mail in mails
    ]


def _approvals(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    """Links to look at an issue before it went out, and what was said by them."""
    found = session.scalars(
        select(ApprovalLink)
        .where(ApprovalLink.email == subscriber.address)
        .order_by(ApprovalLink.id)
    )
    return [
        {
            "asked_at": _iso(link.created_at),
            "valid_until": _iso(link.valid_until),
            "remarks": list(
                session.scalars(
                    select(Remark.text)
                    .where(Remark.link_id == link.id)
                    .order_by(Remark.id)
                )
            ),
            "approved_at": [
                _iso(moment)
                for moment in session.scalars(
                    select(Approval.approved_at)
                    .where(Approval.link_id == link.id)
                    .order_by(Approval.id)
                )
            ],
        }
        for link in found
    ]


def _iso(value: Any) -> str | None:
    return value.isoformat() if value is not None else None
