-- The table reader follows its four sources, a row at a time.

CREATE TRIGGER reader_subscription_insert AFTER INSERT ON subscription
WHEN new.state = 'confirmed'
BEGIN
    {write_readers}
    WHERE subscription_id = new.id;
END;

CREATE TRIGGER reader_subscription_update
AFTER UPDATE OF subscriber_id, list_id, state, edition_sender_id ON subscription
BEGIN
    DELETE FROM reader
    WHERE subscriber_id = old.subscriber_id AND list_id = old.list_id;
    {write_readers}
    WHERE subscription_id = new.id;
END;

CREATE TRIGGER reader_subscription_delete AFTER DELETE ON subscription
BEGIN
    DELETE FROM reader
    WHERE subscriber_id = old.subscriber_id AND list_id = old.list_id;
END;

CREATE TRIGGER reader_subscriber_update
AFTER UPDATE OF region_code, role_mask, language, joined_at, paused_until,
                frequency ON subscriber
WHEN old.region_code IS NOT new.region_code
  OR old.role_mask IS NOT new.role_mask
  OR old.language IS NOT new.language
  OR old.joined_at IS NOT new.joined_at
  OR old.paused_until IS NOT new.paused_until
  OR old.frequency IS NOT new.frequency
BEGIN
    UPDATE reader
    SET region_code = new.region_code,
        role_mask = new.role_mask,
        language = new.language,
        joined_at = new.joined_at,
        paused_until = new.paused_until,
        frequency = new.frequency
    WHERE subscriber_id = new.id;
END;

CREATE TRIGGER reader_suppression_insert AFTER INSERT ON suppression
BEGIN
    DELETE FROM reader
    WHERE subscriber_id
        = (SELECT id FROM subscriber WHERE address_hash = new.address_hash);
END;

CREATE TRIGGER reader_suppression_delete AFTER DELETE ON suppression
BEGIN
    {write_readers}
    WHERE address_hash = old.address_hash;
END;

CREATE TRIGGER reader_consent_insert AFTER INSERT ON consent_record
WHEN new.act IN ('confirmed', 'imported')
BEGIN
    {write_readers}
    WHERE subscriber_id = new.subscriber_id
      AND list_id = new.list_id
      AND sender_id = new.sender_id
      AND NOT EXISTS (
          SELECT 1 FROM reader
          WHERE reader.subscriber_id = new.subscriber_id
            AND reader.list_id = new.list_id);
END;

-- Erasing somebody empties subscriber_id; nothing else changes a line.
CREATE TRIGGER reader_consent_update AFTER UPDATE OF subscriber_id ON consent_record
BEGIN
    DELETE FROM reader
    WHERE subscriber_id = old.subscriber_id
      AND list_id = old.list_id
      AND NOT EXISTS (
          SELECT 1 FROM reader_true
          WHERE reader_true.subscriber_id = reader.subscriber_id
            AND reader_true.list_id = reader.list_id);
END;
