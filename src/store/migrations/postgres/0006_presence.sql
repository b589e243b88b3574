-- Who is in a review now: the only table of the console that is updated in place, for it records nothing. A console writes
-- its own row each few seconds and takes it out when it ends; one that is older than a minute counts for nothing. Who
-- reviews needs SELECT, INSERT, UPDATE and DELETE, who reads SELECT. A database without it works: nobody is seen then.

CREATE TABLE readback_presence (
    console     varchar(36) COLLATE "C" PRIMARY KEY,
    actor       varchar(100) NOT NULL,
    incident_id varchar(30) NOT NULL,
    review      varchar(36) NOT NULL,
    at_check    varchar(100),
    part        varchar(20) NOT NULL,
    seen_at     timestamptz NOT NULL
);
