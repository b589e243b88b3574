-- Run only where there is no alert_operation_log: other programs' table is adopted, never altered.
DO $$
BEGIN
    IF to_regtype('alert_event_type') IS NULL THEN
        CREATE TYPE alert_event_type AS ENUM (
            'ALERT_RECEIVED', 'TELEGRAM_SENT', 'USER_ACTION', 'AUTO_REPAIR_TRIGGERED', 'EXECUTION_STARTED',
            'EXECUTION_COMPLETED', 'TELEGRAM_RESULT_SENT', 'RESOLVED', 'SILENCED', 'ESCALATED'
        );
    END IF;
END
$$;

CREATE TABLE alert_operation_log (
    id             varchar(36) PRIMARY KEY DEFAULT gen_random_uuid()::text,
    incident_id    varchar(30),
    approval_id    varchar(36),
    audit_log_id   varchar(36),
    auto_repair_id varchar(36),
    event_type     alert_event_type NOT NULL,
    actor          varchar(100),
    action_detail  varchar(200),
    success        boolean,
    error_message  text,
    context        jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- By this `readback retention` knows that the table is not another program's.
COMMENT ON TABLE alert_operation_log IS 'made by readback';

CREATE INDEX ix_aol_incident_id ON alert_operation_log (incident_id);
CREATE INDEX ix_aol_approval_id ON alert_operation_log (approval_id);
CREATE INDEX ix_aol_event_type ON alert_operation_log (event_type);
CREATE INDEX ix_aol_created_at ON alert_operation_log (created_at DESC);
CREATE INDEX ix_aol_actor ON alert_operation_log (actor);
