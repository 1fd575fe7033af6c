-- What was said in a run that failed: packed, and with nobody in it who could be known. `key` is what
-- the names in it were replaced by, so that whatever else goes into the same bundle is replaced alike.
-- The newest few of a connection are kept.
CREATE TABLE run_recording (
    run_id        INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    key           BLOB NOT NULL,
    content       BLOB NOT NULL
) STRICT;
CREATE INDEX run_recording_by_connection ON run_recording (connection_id, run_id);

-- What people were told of a connection's trouble. An episode is told of when it opens and when it is
-- over, once each, by whichever program finds it first: one is open at most.
CREATE TABLE alert_episode (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    state         TEXT NOT NULL,
    kind          TEXT,
    opened_at     INTEGER NOT NULL,
    closed_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX alert_episode_open ON alert_episode (connection_id) WHERE closed_at IS NULL;
