-- What is recorded stays. The head of a chain names a record that stands, whoever moves it: who may record steps may not
-- end a chain where he likes. And where the log is the console's own (another program's table is adopted, never altered),
-- nobody changes or takes away a row of it, its owner included, unless he takes the triggers away first.
DO $make$
BEGIN
    -- The schema at each name, and the planner's way, as in the rules of reviews.
    EXECUTE replace($guards$
CREATE OR REPLACE FUNCTION @.readback_head_is_told() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    IF NEW.seq > 0 AND NOT EXISTS (
        SELECT FROM @.readback_review_event WHERE scope = NEW.scope AND seq = NEW.seq AND hash = NEW.hash
    ) THEN
        RAISE EXCEPTION 'readback_chain_head names the last record of its chain' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
$guards$, '@.', (SELECT relnamespace::regnamespace || '.' FROM pg_class WHERE oid = 'readback_review_event'::regclass));

    IF obj_description('alert_operation_log'::regclass, 'pg_class') = 'made by readback' THEN
        CREATE TRIGGER readback_log_append_only BEFORE UPDATE OR DELETE ON alert_operation_log
            FOR EACH ROW EXECUTE FUNCTION readback_append_only();
        CREATE TRIGGER readback_log_no_truncate BEFORE TRUNCATE ON alert_operation_log
            FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
    END IF;
END
$make$;

-- At the end of the transaction: a step may move the head before it writes the record.
CREATE CONSTRAINT TRIGGER readback_head_is_told AFTER INSERT OR UPDATE ON readback_chain_head
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION readback_head_is_told();
