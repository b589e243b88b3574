-- Only where the log is the console's own: another program's table is adopted, never altered.
--
-- Nothing recorded is changed or deleted. Only `readback retention` takes a month away, and lifts the second of these for it.
CREATE TRIGGER IF NOT EXISTS readback_log_no_update BEFORE UPDATE ON alert_operation_log
BEGIN SELECT RAISE(ABORT, 'alert_operation_log is append-only: write a later event instead'); END;
CREATE TRIGGER IF NOT EXISTS readback_log_no_delete BEFORE DELETE ON alert_operation_log
BEGIN SELECT RAISE(ABORT, 'alert_operation_log is append-only: write a later event instead'); END;
-- INSERT OR REPLACE deletes without a DELETE trigger. An id that stands is passed over, as ON CONFLICT DO NOTHING does.
CREATE TRIGGER IF NOT EXISTS readback_log_no_replace BEFORE INSERT ON alert_operation_log
WHEN EXISTS (SELECT 1 FROM alert_operation_log WHERE id = NEW.id)
BEGIN SELECT RAISE(IGNORE); END;
