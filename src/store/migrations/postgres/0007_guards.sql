-- What is recorded stays. A record follows the last one of its chain and moves the chain's head itself, so nobody needs a
-- right to heads, and no chain forks, whoever writes to it. Who moves a head by hand (its owner, a console of an earlier
-- version) moves it one step at a time, never back, and to the last record of its chain. And where the log is the console's own (another
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
    -- The record moved it already.
    IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
        RETURN NULL;
    END IF;
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

-- With the rights of its owner. So each operator says its schema: those of a session that searches elsewhere first are not
-- asked instead. Who is not the next is told so as of a race: he may look again.
CREATE OR REPLACE FUNCTION @.readback_step_moves_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET enable_seqscan = off AS $$
BEGIN
    UPDATE @.readback_chain_head SET seq = NEW.seq, hash = NEW.hash, recorded_at = NEW.recorded_at
    WHERE scope OPERATOR(pg_catalog.=) NEW.scope
      AND seq OPERATOR(pg_catalog.=) (NEW.seq OPERATOR(pg_catalog.-) 1::bigint)
      AND hash OPERATOR(pg_catalog.=) NEW.prev_hash
      AND recorded_at OPERATOR(pg_catalog.<=) NEW.recorded_at;
    IF FOUND THEN
        RETURN NEW;
    END IF;
    -- The first record of a chain makes its head.
    IF NEW.seq OPERATOR(pg_catalog.=) 1::bigint AND NEW.prev_hash OPERATOR(pg_catalog.=) pg_catalog.repeat('0', 64) THEN
        INSERT INTO @.readback_chain_head (scope, seq, hash, recorded_at)
        VALUES (NEW.scope, NEW.seq, NEW.hash, NEW.recorded_at) ON CONFLICT DO NOTHING;
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    -- A console of an earlier version moves the head first.
    PERFORM FROM @.readback_chain_head
    WHERE scope OPERATOR(pg_catalog.=) NEW.scope AND seq OPERATOR(pg_catalog.=) NEW.seq
      AND hash OPERATOR(pg_catalog.=) NEW.hash;
    IF FOUND THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the record does not follow the last one of its chain' USING ERRCODE = 'serialization_failure';
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

-- After the statement, which may move the head before it writes the record. What a record moves (a trigger's depth) is what
-- its trigger let pass.
DROP TRIGGER IF EXISTS readback_head_moves_on ON readback_chain_head;
DROP FUNCTION IF EXISTS readback_head_moves_on;
DROP TRIGGER IF EXISTS readback_head_is_told ON readback_chain_head;
CREATE TRIGGER readback_head_is_told AFTER INSERT OR UPDATE ON readback_chain_head
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION readback_head_is_told();

-- By its name the last: what breaks a rule of reviews is told that.
DROP TRIGGER IF EXISTS readback_step_moves_head ON readback_review_event;
CREATE TRIGGER readback_step_moves_head BEFORE INSERT ON readback_review_event
    FOR EACH ROW EXECUTE FUNCTION readback_step_moves_head();

-- Which of our guards they are, as with the rules.
COMMENT ON TRIGGER readback_head_is_told ON readback_chain_head IS 'guards 3';
