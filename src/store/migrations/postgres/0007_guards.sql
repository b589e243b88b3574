-- What is recorded stays. A head of a chain moves one step at a time and never back, and names the last record of its chain,
-- whoever moves it: who may record steps may not end a chain where he likes. And where the log is the console's own (another
-- program's table is adopted, never altered), nobody changes or takes away a row of it, its owner included, unless he takes the
-- triggers away first.
DO $make$
BEGIN
    -- The schema at each name, and the planner's way, as in the rules of reviews. The order says which index: where little is
    -- known of the table, the one on (scope, prev_hash) would seem as good, and each step would read through its chain.
    EXECUTE replace($guards$
CREATE OR REPLACE FUNCTION @.readback_head_is_told() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    IF NEW.scope <> OLD.scope OR NEW.seq <> OLD.seq + 1 OR NEW.recorded_at < OLD.recorded_at THEN
        RAISE EXCEPTION 'readback_chain_head moves one step at a time' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.seq > 0 AND NEW.hash IS DISTINCT FROM (
        SELECT CASE seq WHEN NEW.seq THEN hash END FROM @.readback_review_event
        WHERE scope = NEW.scope ORDER BY seq DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'readback_chain_head names the last record of its chain' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
$guards$, '@.', (SELECT relnamespace::regnamespace || '.' FROM pg_class WHERE oid = 'readback_review_event'::regclass));

    IF obj_description('alert_operation_log'::regclass, 'pg_class') = 'made by readback' THEN
        DROP TRIGGER IF EXISTS readback_log_append_only ON alert_operation_log;
        CREATE TRIGGER readback_log_append_only BEFORE UPDATE OR DELETE ON alert_operation_log
            FOR EACH ROW EXECUTE FUNCTION readback_append_only();
        DROP TRIGGER IF EXISTS readback_log_no_truncate ON alert_operation_log;
        CREATE TRIGGER readback_log_no_truncate BEFORE TRUNCATE ON alert_operation_log
            FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
    END IF;
END
$make$;

-- One trigger, for every step pays for each; after the statement, which may move the head before it writes the record.
DROP TRIGGER IF EXISTS readback_head_moves_on ON readback_chain_head;
DROP FUNCTION IF EXISTS readback_head_moves_on;
DROP TRIGGER IF EXISTS readback_head_is_told ON readback_chain_head;
CREATE TRIGGER readback_head_is_told AFTER INSERT OR UPDATE ON readback_chain_head
    FOR EACH ROW EXECUTE FUNCTION readback_head_is_told();

-- Which of our guards they are, as with the rules.
COMMENT ON TRIGGER readback_head_is_told ON readback_chain_head IS 'guards 2';
