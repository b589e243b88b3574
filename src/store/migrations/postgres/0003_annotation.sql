-- The notes on a row are found by the row: without this, each page of the timeline would read every event.
-- Nothing but an index, so a database that stands already gets it too, and one without it works, only slower.

CREATE INDEX IF NOT EXISTS readback_event_annotation ON readback_event (subject)
WHERE kind IN ('ANNOTATED', 'CORRECTED');
