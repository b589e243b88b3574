-- Roles for a readback database on PostgreSQL, to be run by the owner of the tables, as often as wanted:
--     psql -v ON_ERROR_STOP=1 -f roles.sql DATABASE
-- They are groups without a login; give them to the roles that log in:
--     CREATE ROLE ann LOGIN; GRANT readback_reviewer TO ann;
-- None of them may update, delete or truncate a row of a record, nor make or alter a table. The owner can: nobody should log in as the owner
-- but to open a new version once. Let PUBLIC make no tables either: REVOKE CREATE ON SCHEMA public FROM PUBLIC.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['readback_reader', 'readback_event_writer', 'readback_reviewer', 'readback_sealer'] LOOP
        IF to_regrole(wanted) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END
$$;

-- Reads everything: `readback --read-only`, `timeline`, `verify`.
GRANT SELECT ON alert_operation_log, readback_event, readback_review_event, readback_chain_head, readback_segment,
    readback_segment_mark, readback_presence TO readback_reader;

-- Appends what happened: programs that write the log, `ingest`, a watcher.
GRANT readback_reader TO readback_event_writer;
GRANT INSERT ON alert_operation_log, readback_event TO readback_event_writer;

-- Records outcomes of reviews, and all of the above. A record moves the head of its chain itself; nobody else may. (Where this
-- was run for an earlier version: consoles of that version need what is taken away here.)
GRANT readback_event_writer TO readback_reviewer;
GRANT INSERT ON readback_review_event TO readback_reviewer;
REVOKE INSERT, UPDATE ON readback_chain_head FROM readback_reviewer;
REVOKE UPDATE (seq, hash, recorded_at) ON readback_chain_head FROM readback_reviewer;

-- Says where it is in a review; the row records nothing, and is taken out at the end.
GRANT INSERT, UPDATE, DELETE ON readback_presence TO readback_reviewer;

-- Seals: `readback seal` in cron. It can write neither events nor reviews.
GRANT readback_reader TO readback_sealer;
GRANT INSERT ON readback_segment, readback_segment_mark TO readback_sealer;
