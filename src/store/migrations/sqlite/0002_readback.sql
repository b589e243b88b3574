-- The console's own tables; times as in alert_operation_log. WITHOUT ROWID, so that there is no second
-- key by which INSERT OR REPLACE could overwrite a row.

CREATE TABLE readback_event (
    id          TEXT NOT NULL PRIMARY KEY,
    incident_id TEXT,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    actor       TEXT,
    summary     TEXT NOT NULL,
    success     BOOLEAN,
    context     TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX readback_event_page ON readback_event (occurred_at DESC, id DESC);
CREATE INDEX readback_event_incident ON readback_event (incident_id);

-- One row per step of a review. body holds the canonical bytes that were hashed.
CREATE TABLE readback_review_event (
    id           TEXT NOT NULL PRIMARY KEY,
    scope        TEXT NOT NULL,
    seq          INTEGER NOT NULL CHECK (seq > 0),
    review       TEXT NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    prev_hash    TEXT NOT NULL,
    hash         TEXT NOT NULL,
    body         BLOB NOT NULL,
    operation_id TEXT,
    occurred_at  INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    UNIQUE (scope, seq),
    UNIQUE (scope, prev_hash),
    UNIQUE (review, version)
) WITHOUT ROWID;

CREATE INDEX readback_review_event_order ON readback_review_event (recorded_at, scope, seq);
CREATE INDEX readback_review_event_page ON readback_review_event (occurred_at DESC, id DESC) WHERE operation_id IS NULL;

-- The end of each incident's chain.
CREATE TABLE readback_chain_head (
    scope       TEXT NOT NULL PRIMARY KEY,
    seq         INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER readback_event_no_update BEFORE UPDATE ON readback_event
BEGIN SELECT RAISE(ABORT, 'readback_event is append-only: write a later event instead'); END;
CREATE TRIGGER readback_event_no_delete BEFORE DELETE ON readback_event
BEGIN SELECT RAISE(ABORT, 'readback_event is append-only: write a later event instead'); END;

CREATE TRIGGER readback_review_event_no_update BEFORE UPDATE ON readback_review_event
BEGIN SELECT RAISE(ABORT, 'readback_review_event is append-only: write a later event instead'); END;
CREATE TRIGGER readback_review_event_no_delete BEFORE DELETE ON readback_review_event
BEGIN SELECT RAISE(ABORT, 'readback_review_event is append-only: write a later event instead'); END;

CREATE TRIGGER readback_chain_head_no_delete BEFORE DELETE ON readback_chain_head
BEGIN SELECT RAISE(ABORT, 'readback_chain_head is never deleted'); END;
CREATE TRIGGER readback_chain_head_moves_on BEFORE UPDATE ON readback_chain_head
WHEN NEW.scope <> OLD.scope OR NEW.seq <> OLD.seq + 1 OR NEW.recorded_at < OLD.recorded_at
BEGIN SELECT RAISE(ABORT, 'readback_chain_head moves one step at a time'); END;

-- Who moves a head writes the record first.
CREATE TRIGGER readback_chain_head_is_told BEFORE UPDATE ON readback_chain_head
WHEN NOT EXISTS (SELECT 1 FROM readback_review_event WHERE scope = NEW.scope AND seq = NEW.seq AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'readback_chain_head names the last record of its chain'); END;
CREATE TRIGGER readback_chain_head_is_told_first BEFORE INSERT ON readback_chain_head
WHEN NOT EXISTS (SELECT 1 FROM readback_review_event WHERE scope = NEW.scope AND seq = NEW.seq AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'readback_chain_head names the last record of its chain'); END;

-- INSERT OR REPLACE deletes without a DELETE trigger: refuse what would replace a row.
CREATE TRIGGER readback_event_no_replace BEFORE INSERT ON readback_event
WHEN EXISTS (SELECT 1 FROM readback_event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'readback_event is append-only: this id stands'); END;
-- One look for each key: an OR over keys within one look costs thirty times as much.
CREATE TRIGGER readback_review_event_no_replace BEFORE INSERT ON readback_review_event
WHEN EXISTS (SELECT 1 FROM readback_review_event WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM readback_review_event WHERE scope = NEW.scope AND seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM readback_review_event WHERE scope = NEW.scope AND prev_hash = NEW.prev_hash)
  OR EXISTS (SELECT 1 FROM readback_review_event WHERE review = NEW.review AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'readback_review_event is append-only: this record stands'); END;
CREATE TRIGGER readback_chain_head_no_replace BEFORE INSERT ON readback_chain_head
WHEN EXISTS (SELECT 1 FROM readback_chain_head WHERE scope = NEW.scope)
BEGIN SELECT RAISE(ABORT, 'readback_chain_head is never replaced'); END;
