-- The table reader follows its four sources, a statement at a time: an import's
-- thousands of rows cost one look.

CREATE FUNCTION reader_subscription_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {write_readers}
    WHERE subscription_id IN (SELECT id FROM became WHERE state = 'confirmed')
    {or_change_them};
    RETURN NULL;
END $$;
CREATE TRIGGER reader_subscription_insert AFTER INSERT ON subscription
REFERENCING NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION reader_subscription_insert();

-- Who stays is changed, not made anew: somebody who ends the subscription at the same
-- moment waits for that row, and then finds it.
CREATE FUNCTION reader_subscription_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM reader USING was
    WHERE reader.subscriber_id = was.subscriber_id
      AND reader.list_id = was.list_id
      AND NOT EXISTS (
          SELECT 1 FROM became
          WHERE became.subscriber_id = was.subscriber_id
            AND became.list_id = was.list_id
            AND became.state = 'confirmed');
    {write_readers}
    WHERE subscription_id IN (
        SELECT became.id FROM was JOIN became ON became.id = was.id
        WHERE (was.subscriber_id, was.list_id, was.state, was.edition_sender_id)
              IS DISTINCT FROM
              (became.subscriber_id, became.list_id, became.state,
               became.edition_sender_id))
    {or_change_them};
    RETURN NULL;
END $$;
CREATE TRIGGER reader_subscription_update AFTER UPDATE ON subscription
REFERENCING OLD TABLE AS was NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION reader_subscription_update();

CREATE FUNCTION reader_subscription_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM reader USING was
    WHERE reader.subscriber_id = was.subscriber_id AND reader.list_id = was.list_id;
    RETURN NULL;
END $$;
CREATE TRIGGER reader_subscription_delete AFTER DELETE ON subscription
REFERENCING OLD TABLE AS was
FOR EACH STATEMENT EXECUTE FUNCTION reader_subscription_delete();

CREATE FUNCTION reader_subscriber_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reader
    SET region_code = became.region_code,
        role_mask = became.role_mask,
        language = became.language,
        joined_at = became.joined_at,
        paused_until = became.paused_until,
        frequency = became.frequency
    FROM was JOIN became ON became.id = was.id
    WHERE reader.subscriber_id = became.id
      AND (was.region_code, was.role_mask, was.language, was.joined_at,
           was.paused_until, was.frequency)
          IS DISTINCT FROM
          (became.region_code, became.role_mask, became.language, became.joined_at,
           became.paused_until, became.frequency);
    RETURN NULL;
END $$;
CREATE TRIGGER reader_subscriber_update AFTER UPDATE ON subscriber
REFERENCING OLD TABLE AS was NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION reader_subscriber_update();

CREATE FUNCTION reader_suppression_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM reader USING subscriber, became
    WHERE reader.subscriber_id = subscriber.id
      AND subscriber.address_hash = became.address_hash;
    RETURN NULL;
END $$;
CREATE TRIGGER reader_suppression_insert AFTER INSERT ON suppression
REFERENCING NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION reader_suppression_insert();

CREATE FUNCTION reader_suppression_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {write_readers}
    WHERE address_hash IN (SELECT address_hash FROM was)
    {or_change_them};
    RETURN NULL;
END $$;
CREATE TRIGGER reader_suppression_delete AFTER DELETE ON suppression
REFERENCING OLD TABLE AS was
FOR EACH STATEMENT EXECUTE FUNCTION reader_suppression_delete();

CREATE FUNCTION reader_consent_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {write_readers}
    WHERE (subscriber_id, list_id, sender_id) IN (
        SELECT subscriber_id, list_id, sender_id FROM became
        WHERE act IN ('confirmed', 'imported'))
    {or_change_them};
    RETURN NULL;
END $$;
CREATE TRIGGER reader_consent_insert AFTER INSERT ON consent_record
REFERENCING NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION reader_consent_insert();

-- Erasing somebody empties subscriber_id; nothing else changes a line.
CREATE FUNCTION reader_consent_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM reader USING was
    WHERE reader.subscriber_id = was.subscriber_id
      AND reader.list_id = was.list_id
      AND NOT EXISTS (
          SELECT 1 FROM reader_true
          WHERE reader_true.subscriber_id = reader.subscriber_id
            AND reader_true.list_id = reader.list_id);
    RETURN NULL;
END $$;
CREATE TRIGGER reader_consent_update AFTER UPDATE ON consent_record
REFERENCING OLD TABLE AS was NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION reader_consent_update();
