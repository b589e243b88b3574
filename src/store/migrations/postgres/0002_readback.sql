-- The console's own tables. A role that only writes needs SELECT and INSERT on all of them and on
-- alert_operation_log, and UPDATE on readback_chain_head; one that only reads needs SELECT.
-- Ids are compared as bytes (COLLATE "C"), as the console compares them when it merges a page.

CREATE TABLE readback_event (
    id          varchar(36) COLLATE "C" PRIMARY KEY,
    incident_id varchar(30),
    kind        text NOT NULL,
    subject     text NOT NULL,
    actor       varchar(100),
    summary     text NOT NULL,
    success     boolean,
    context     jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE INDEX readback_event_page ON readback_event (occurred_at DESC, id DESC);
CREATE INDEX readback_event_incident ON readback_event (incident_id);

-- One row per step of a review. body holds the canonical bytes that were hashed, never jsonb, which keeps
-- neither the order of keys nor the text of numbers.
CREATE TABLE readback_review_event (
    id           varchar(36) COLLATE "C" PRIMARY KEY,
    scope        varchar(30) NOT NULL,
    seq          bigint NOT NULL CHECK (seq > 0),
    review       varchar(36) NOT NULL,
    version      bigint NOT NULL CHECK (version > 0),
    prev_hash    text NOT NULL,
    hash         text NOT NULL,
    body         bytea NOT NULL,
    operation_id varchar(36),
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    UNIQUE (scope, seq),
    UNIQUE (scope, prev_hash),
    UNIQUE (review, version)
);

CREATE INDEX readback_review_event_order ON readback_review_event (recorded_at, scope, seq);
CREATE INDEX readback_review_event_page ON readback_review_event (occurred_at DESC, id DESC) WHERE operation_id IS NULL;

-- The end of each incident's chain. Writers lock its row first, so a chain can't fork.
CREATE TABLE readback_chain_head (
    scope       varchar(30) PRIMARY KEY,
    seq         bigint NOT NULL,
    hash        text NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE FUNCTION readback_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused, write a later event instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER readback_append_only BEFORE UPDATE OR DELETE ON readback_event
    FOR EACH ROW EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_append_only BEFORE UPDATE OR DELETE ON readback_review_event
    FOR EACH ROW EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_append_only BEFORE DELETE ON readback_chain_head
    FOR EACH ROW EXECUTE FUNCTION readback_append_only();

-- Row triggers do not see TRUNCATE.
CREATE TRIGGER readback_no_truncate BEFORE TRUNCATE ON readback_event
    FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_no_truncate BEFORE TRUNCATE ON readback_review_event
    FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
CREATE TRIGGER readback_no_truncate BEFORE TRUNCATE ON readback_chain_head
    FOR EACH STATEMENT EXECUTE FUNCTION readback_append_only();
