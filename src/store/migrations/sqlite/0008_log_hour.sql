-- Only where the log is the console's own.
--
-- How many rows there are of each hour since 1970, type and outcome (success, -1 where that is null): a histogram of years
-- reads these and not the rows.
CREATE TABLE readback_log_hour (
    hour       INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    outcome    INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (hour, event_type, outcome)
) WITHOUT ROWID;

INSERT INTO readback_log_hour (hour, event_type, outcome, count)
SELECT (created_at - (created_at % 3600000000 + 3600000000) % 3600000000) / 3600000000, event_type,
       CASE WHEN success IS NULL THEN -1 ELSE success <> 0 END, count(*)
FROM alert_operation_log GROUP BY 1, 2, 3;

CREATE TRIGGER readback_log_hour_count AFTER INSERT ON alert_operation_log
BEGIN
    INSERT INTO readback_log_hour (hour, event_type, outcome, count)
    VALUES ((NEW.created_at - (NEW.created_at % 3600000000 + 3600000000) % 3600000000) / 3600000000, NEW.event_type,
            CASE WHEN NEW.success IS NULL THEN -1 ELSE NEW.success <> 0 END, 1)
    ON CONFLICT (hour, event_type, outcome) DO UPDATE SET count = count + 1;
END;
