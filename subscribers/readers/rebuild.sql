DELETE FROM reader;

INSERT INTO reader
    (subscriber_id, list_id, region_code, role_mask, language, joined_at,
     paused_until, frequency, edition_sender_id)
SELECT subscriber_id, list_id, region_code, role_mask, language, joined_at,
       paused_until, frequency, edition_sender_id
FROM reader_true;
