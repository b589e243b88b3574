-- Seals over what stood in the tables on one UTC day, chained; see docs/integrity.md. Who seals needs SELECT on all tables
-- and INSERT on these two.

CREATE TABLE readback_segment (
    seq       bigint PRIMARY KEY CHECK (seq > 0),
    kind      text NOT NULL,
    tbl       text NOT NULL,
    day       text NOT NULL,
    part      bigint NOT NULL,
    row_count bigint NOT NULL CHECK (row_count >= 0),
    root      text NOT NULL,
    marks     text NOT NULL,
    place     text,
    sealed_at timestamptz NOT NULL,
    prev_hash text NOT NULL UNIQUE,
    hash      text NOT NULL UNIQUE
);

-- Of each row of a segment its time, its id and the first bytes of its leaf, 1,024 rows to a chunk.
CREATE TABLE readback_segment_mark (
    segment bigint NOT NULL,
    chunk   bigint NOT NULL,
    marks   bytea NOT NULL,
    PRIMARY KEY (segment, chunk)
);

-- Segments go by the time of recording.
CREATE INDEX readback_event_recorded ON readback_event (recorded_at, id);

CREATE TRIGGER readback_append_only BEFORE UPDATE OR DELETE ON readback_segment
    FOR EACH ROW EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_append_only BEFORE UPDATE OR DELETE ON readback_segment_mark
    FOR EACH ROW EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_no_truncate BEFORE TRUNCATE ON readback_segment
    FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_no_truncate BEFORE TRUNCATE ON readback_segment_mark
    FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
