-- Who is in a review now: the only table of the console that is updated in place, for it records nothing. A row that is
-- older than a minute counts for nothing.

CREATE TABLE readback_presence (
    console     TEXT NOT NULL PRIMARY KEY,
    actor       TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    review      TEXT NOT NULL,
    at_check    TEXT,
    part        TEXT NOT NULL,
    seen_at     INTEGER NOT NULL
) WITHOUT ROWID;
