-- Run by `readback retention init` alone. The table becomes the first partition as it stands, no row is moved. A unique key
-- of a partitioned table has to hold the time, too; that an id stands once is kept by a table of the ids.
LOCK TABLE alert_operation_log IN ACCESS EXCLUSIVE MODE;

DROP TRIGGER IF EXISTS readback_log_append_only ON alert_operation_log;

CREATE TABLE readback_operation_id (id varchar(36) PRIMARY KEY);
INSERT INTO readback_operation_id SELECT id FROM alert_operation_log;

ALTER TABLE alert_operation_log RENAME TO alert_operation_log_before;
ALTER TABLE alert_operation_log_before DROP CONSTRAINT alert_operation_log_pkey;
ALTER TABLE alert_operation_log_before ADD PRIMARY KEY (id, created_at);
ALTER INDEX ix_aol_incident_id RENAME TO ix_aol_before_incident_id;
ALTER INDEX ix_aol_approval_id RENAME TO ix_aol_before_approval_id;
ALTER INDEX ix_aol_event_type RENAME TO ix_aol_before_event_type;
ALTER INDEX ix_aol_created_at RENAME TO ix_aol_before_created_at;
ALTER INDEX ix_aol_actor RENAME TO ix_aol_before_actor;

CREATE TABLE alert_operation_log (LIKE alert_operation_log_before INCLUDING DEFAULTS) PARTITION BY RANGE (created_at);
COMMENT ON TABLE alert_operation_log IS 'made by readback';
ALTER TABLE alert_operation_log ADD PRIMARY KEY (id, created_at);
CREATE INDEX ix_aol_incident_id ON alert_operation_log (incident_id);
CREATE INDEX ix_aol_approval_id ON alert_operation_log (approval_id);
CREATE INDEX ix_aol_event_type ON alert_operation_log (event_type);
CREATE INDEX ix_aol_created_at ON alert_operation_log (created_at DESC);
CREATE INDEX ix_aol_actor ON alert_operation_log (actor);
ALTER TABLE alert_operation_log ATTACH PARTITION alert_operation_log_before
    FOR VALUES FROM (MINVALUE) TO ('{next} 00:00:00+00');

-- An id that stands is passed over, as ON CONFLICT DO NOTHING does; the writers need no right on the table of the ids.
CREATE FUNCTION readback_operation_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO readback_operation_id VALUES (NEW.id) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION readback_operation_once() SET search_path = %I, pg_temp', current_schema());
END
$$;
CREATE TRIGGER readback_operation_once BEFORE INSERT ON alert_operation_log
    FOR EACH ROW EXECUTE FUNCTION readback_operation_once();
-- Every partition gets the first, those to come too, and none the second.
CREATE TRIGGER readback_log_append_only BEFORE UPDATE OR DELETE ON alert_operation_log
    FOR EACH ROW EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_log_no_truncate BEFORE TRUNCATE ON alert_operation_log
    FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_append_only BEFORE UPDATE OR DELETE ON readback_operation_id
    FOR EACH ROW EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_no_truncate BEFORE TRUNCATE ON readback_operation_id
    FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();

-- Who had a right has it still.
DO $$
DECLARE
    given record;
BEGIN
    FOR given IN
        SELECT privilege_type, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS role
        FROM pg_class, aclexplode(relacl)
        WHERE oid = to_regclass('alert_operation_log_before') AND grantee <> relowner
    LOOP
        EXECUTE format('GRANT %s ON alert_operation_log TO %s', given.privilege_type, given.role);
    END LOOP;
END
$$;
