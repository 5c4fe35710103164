"""Every statement of a chunk in flight, the same for SQLite and PostgreSQL.

Claim: lease a chunk's row, look at its readers again, mark them *sending*.
Record: give the row back, move its deliveries, reopen it for whoever still waits.
"""

# The mailings that may be sent, the oldest first; few at any time.
SENDING_MAILINGS = """
SELECT id FROM mailing WHERE state = 'sending' ORDER BY id
"""

# One UPDATE of one row is the claim. The index of chunk gives the first that is due.
LEASE_NEXT = """
UPDATE chunk
SET state = 'leased', worker = :worker, lease_until = :lease_until,
    token = token + :step
WHERE id = (
    SELECT id FROM chunk
    WHERE mailing_id = :mailing_id AND state = 'open' AND not_before <= :now
    ORDER BY not_before
    LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, mailing_id, variant_id, first_seq, last_seq, token
"""

IS_DUE = """
SELECT 1 FROM mailing
JOIN chunk ON chunk.mailing_id = mailing.id
WHERE mailing.state = 'sending' AND chunk.state = 'open' AND chunk.not_before <= :now
LIMIT 1
"""

NEXT_DUE = """
SELECT min(chunk.not_before) FROM mailing
JOIN chunk ON chunk.mailing_id = mailing.id
WHERE mailing.state = 'sending' AND chunk.state = 'open'
"""

# What readers of one variant get, and whose consent it takes: a partner's edition is
# named by its sender's slug. A sender may well be called "base": the base issue is
# nobody's edition.
LETTER = """
SELECT variant.mail, variant.html, variant.text, issue.list_id, sender.id
FROM variant
JOIN mailing ON mailing.id = variant.mailing_id
JOIN issue ON issue.id = mailing.issue_id
LEFT JOIN sender ON sender.slug = variant.edition AND variant.edition <> 'base'
WHERE variant.id = :variant_id
"""

# Who is queued and due, and why not to mail them after all: people leave after the
# freeze. The reasons are those of subscribers.segments.audience that can begin to hold
# meanwhile; a test keeps the two together. The ledger's own hash stands also when the
# address was changed; in its order neighbours differ in domain. Who chose the bundle
# meanwhile gets the issue all the same when the bundle it belongs in was made already:
# they would never have it.
# By a part of it: PostgreSQL knows no row of a mailing frozen a moment ago, and would
# walk the whole of it in the order of the index.
READERS = """
SELECT delivery.seq, subscriber.address, subscriber.name,
       coalesce(subscription.confirmed_at, subscription.requested_at),
       CASE
           WHEN subscription.state IS NULL THEN 'erased'
           WHEN EXISTS (SELECT 1 FROM suppression
                        WHERE suppression.address_hash = delivery.address_hash)
             OR (subscriber.address_hash <> delivery.address_hash
                 AND EXISTS (SELECT 1 FROM suppression
                             WHERE suppression.address_hash = subscriber.address_hash))
           THEN 'suppressed'
           WHEN subscription.state <> 'confirmed' THEN subscription.state
           WHEN subscriber.paused_until > :today THEN 'resting'
           WHEN subscriber.frequency = 'monthly' AND EXISTS (
               SELECT 1 FROM mailing
               WHERE mailing.id = :mailing_id AND mailing.kind = 'issue'
                 AND NOT EXISTS (SELECT 1 FROM bundle
                                 WHERE bundle.list_id = :list_id
                                   AND bundle.until > mailing.frozen_at))
           THEN 'bundled'
           WHEN :partner_id > 0 AND NOT EXISTS (
               SELECT 1 FROM partner_consent
               WHERE partner_consent.subscriber_id = subscriber.id
                 AND partner_consent.list_id = :list_id
                 AND partner_consent.sender_id = :partner_id)
           THEN 'took back the partner''s consent'
       END
FROM delivery
LEFT JOIN subscriber ON subscriber.id = delivery.subscriber_id
LEFT JOIN subscription ON subscription.subscriber_id = subscriber.id
                      AND subscription.list_id = :list_id
WHERE delivery.mailing_id = :mailing_id
  AND delivery.seq BETWEEN :first_seq AND :last_seq
  AND delivery.state = 'queued'
  AND (delivery.not_before IS NULL OR delivery.not_before <= :now)
ORDER BY substr(delivery.address_hash, 2)
"""

READERS_COLUMNS = ("seq", "address", "name", "consented_at", "why")

CANCEL_READER = """
UPDATE delivery SET state = 'cancelled', detail = :why, changed_at = :now
WHERE mailing_id = :mailing_id AND seq = :seq AND state = 'queued'
"""

TAKE_READERS = """
UPDATE delivery SET state = 'sending', changed_at = :now
WHERE mailing_id = :mailing_id AND seq BETWEEN :first_seq AND :last_seq
  AND state = 'queued' AND (not_before IS NULL OR not_before <= :now)
"""

MAILING_STATE = "SELECT state FROM mailing WHERE id = :mailing_id"

RENEW = """
UPDATE chunk SET lease_until = :lease_until
WHERE id = :chunk_id AND token = :token AND state = 'leased'
"""

EXPIRED = """
SELECT mailing_id, id, token FROM chunk
WHERE state = 'leased' AND lease_until <= :now
"""

# Fenced by the token: who lost the lease gives nothing back, and records nothing.
GIVE_BACK = """
UPDATE chunk SET state = 'done', worker = NULL, lease_until = NULL
WHERE id = :chunk_id AND token = :token AND state = 'leased'
  AND lease_until <= :expired_by
RETURNING mailing_id, first_seq, last_seq
"""

TAKEN_READERS = """
SELECT seq, attempts FROM delivery
WHERE mailing_id = :mailing_id AND seq BETWEEN :first_seq AND :last_seq
  AND state = 'sending'
"""

MOVE_READER = """
UPDATE delivery
SET state = :state, attempts = attempts + :tried, not_before = :not_before,
    detail = :detail, changed_at = :now
WHERE mailing_id = :mailing_id AND seq = :seq AND state = 'sending'
"""

MOVE_THE_REST = """
UPDATE delivery
SET state = :state, attempts = attempts + :tried, not_before = :not_before,
    detail = :detail, changed_at = :now
WHERE mailing_id = :mailing_id AND seq BETWEEN :first_seq AND :last_seq
  AND state = 'sending'
"""

# What their servers said may be as telling as a bounce: the worker looks at it
# (returns.refused).
REPORT_REFUSALS = """
INSERT INTO job (kind, payload, state, run_at, token, attempts, error, created_at)
VALUES (:kind, :payload, 'waiting', :now, 0, 0, '', :now)
"""

# Of two workers recording the last two chunks at once, the second sees that
# everything is done.
LOCK_MAILING = """
SELECT state, waiting, waiting_since, answers FROM mailing
WHERE id = :mailing_id FOR UPDATE
"""

KEEP_NOTES = """
UPDATE mailing
SET waiting = :waiting, waiting_since = :since, answers = :answers
WHERE id = :mailing_id
"""

PAUSE = """
UPDATE mailing SET state = 'paused', reason = :reason
WHERE id = :mailing_id AND state = 'sending'
"""

CANCEL_WAITING = """
UPDATE delivery
SET state = 'cancelled', detail = 'the mailing was cancelled', changed_at = :now
WHERE mailing_id = :mailing_id AND seq BETWEEN :first_seq AND :last_seq
  AND state = 'queued'
"""

# All mailings share the provider: nobody asks it anything before then. A row somebody
# else holds is postponed or claimed by them just now; waiting for it could be mutual.
POSTPONE = """
UPDATE chunk SET not_before = :until
WHERE id IN (
    SELECT id FROM chunk WHERE state = 'open' AND not_before < :until
    FOR UPDATE SKIP LOCKED
)
"""

# How many wait, and when the first of them is due; who has no time of their own waits
# for the chunk's.
WAITING = """
SELECT count(*), min(coalesce(not_before, :not_before)) FROM delivery
WHERE mailing_id = :mailing_id AND seq BETWEEN :first_seq AND :last_seq
  AND state = 'queued'
"""

REOPEN = (
    "UPDATE chunk SET state = 'open', not_before = :not_before WHERE id = :chunk_id"
)

# A mailing is sent when no chunk is open or leased. Its row must be locked.
FINISH = """
UPDATE mailing SET state = 'sent', finished_at = :now
WHERE id = :mailing_id AND state = 'sending' AND frozen_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM chunk
                  WHERE mailing_id = :mailing_id AND state = 'open')
  AND NOT EXISTS (SELECT 1 FROM chunk
                  WHERE mailing_id = :mailing_id AND state = 'leased')
"""
