-- Seals over what stood in the tables on one UTC day, chained; see docs/integrity.md.

CREATE TABLE readback_segment (
    seq       INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    kind      TEXT NOT NULL,
    tbl       TEXT NOT NULL,
    day       TEXT NOT NULL,
    part      INTEGER NOT NULL,
    row_count INTEGER NOT NULL CHECK (row_count >= 0),
    root      TEXT NOT NULL,
    marks     TEXT NOT NULL,
    place     TEXT,
    sealed_at INTEGER NOT NULL,
    prev_hash TEXT NOT NULL UNIQUE,
    hash      TEXT NOT NULL UNIQUE
) WITHOUT ROWID;

-- Of each row of a segment its time, its id and the first bytes of its leaf, 1,024 rows to a chunk.
CREATE TABLE readback_segment_mark (
    segment INTEGER NOT NULL,
    chunk   INTEGER NOT NULL,
    marks   BLOB NOT NULL,
    PRIMARY KEY (segment, chunk)
) WITHOUT ROWID;

-- Segments go by the time of recording.
CREATE INDEX readback_event_recorded ON readback_event (recorded_at, id);

CREATE TRIGGER readback_segment_no_update BEFORE UPDATE ON readback_segment
BEGIN SELECT RAISE(ABORT, 'readback_segment is append-only'); END;
CREATE TRIGGER readback_segment_no_delete BEFORE DELETE ON readback_segment
BEGIN SELECT RAISE(ABORT, 'readback_segment is append-only'); END;
CREATE TRIGGER readback_segment_no_replace BEFORE INSERT ON readback_segment
WHEN EXISTS (SELECT 1 FROM readback_segment WHERE seq = NEW.seq OR prev_hash = NEW.prev_hash OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'readback_segment is append-only: this seal stands'); END;

CREATE TRIGGER readback_segment_mark_no_update BEFORE UPDATE ON readback_segment_mark
BEGIN SELECT RAISE(ABORT, 'readback_segment_mark is append-only'); END;
CREATE TRIGGER readback_segment_mark_no_delete BEFORE DELETE ON readback_segment_mark
BEGIN SELECT RAISE(ABORT, 'readback_segment_mark is append-only'); END;
CREATE TRIGGER readback_segment_mark_no_replace BEFORE INSERT ON readback_segment_mark
WHEN EXISTS (SELECT 1 FROM readback_segment_mark WHERE segment = NEW.segment AND chunk = NEW.chunk)
BEGIN SELECT RAISE(ABORT, 'readback_segment_mark is append-only: these marks stand'); END;
