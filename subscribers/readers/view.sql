-- Who would be mailed, were nobody resting: the rows that the table reader holds.
-- Both databases read this file, so it keeps to what both understand.
CREATE VIEW reader_true AS
SELECT subscription.id AS subscription_id,
       subscription.subscriber_id,
       subscription.list_id,
       mailing_list.sender_id,
       subscriber.address_hash,
       subscriber.region_code,
       subscriber.role_mask,
       subscriber.language,
       subscriber.joined_at,
       subscriber.paused_until,
       subscriber.frequency,
       subscription.edition_sender_id
FROM subscription
JOIN subscriber ON subscriber.id = subscription.subscriber_id
JOIN mailing_list ON mailing_list.id = subscription.list_id
WHERE subscription.state = 'confirmed'
  AND EXISTS (
      SELECT 1 FROM consent_record
      WHERE consent_record.subscriber_id = subscription.subscriber_id
        AND consent_record.list_id = subscription.list_id
        AND consent_record.sender_id = mailing_list.sender_id
        AND consent_record.act IN ('confirmed', 'imported'))
  AND NOT EXISTS (
      SELECT 1 FROM suppression
      WHERE suppression.address_hash = subscriber.address_hash);
