-- Run only where there is no alert_operation_log. The columns are PostgreSQL's by name; a time is an
-- integer, microseconds since 1970 UTC: datetime(created_at / 1000000, 'unixepoch') reads it.
CREATE TABLE alert_operation_log (
    id             VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
    incident_id    VARCHAR(30),
    approval_id    VARCHAR(36),
    audit_log_id   VARCHAR(36),
    auto_repair_id VARCHAR(36),
    event_type     TEXT NOT NULL,
    actor          VARCHAR(100),
    action_detail  VARCHAR(200),
    success        BOOLEAN,
    error_message  TEXT,
    context        TEXT NOT NULL DEFAULT '{}',
    created_at     INTEGER NOT NULL DEFAULT (CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000)
);

-- Each with the time: rows of one incident, type or actor are read in order and from any place, however many there are,
-- and whether or not the file was ever analysed.
CREATE INDEX ix_aol_incident_id ON alert_operation_log (incident_id, created_at DESC);
CREATE INDEX ix_aol_approval_id ON alert_operation_log (approval_id);
CREATE INDEX ix_aol_event_type ON alert_operation_log (event_type, created_at DESC);
CREATE INDEX ix_aol_created_at ON alert_operation_log (created_at DESC, id DESC);
CREATE INDEX ix_aol_actor ON alert_operation_log (actor, created_at DESC);
