-- An alert goes out by several channels: to a person at the desktop, to a script, to a webhook. Each is
-- told of an episode by itself, so each has its own record of what it was told.
CREATE TABLE alert_episode_by_channel (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    channel       TEXT NOT NULL,
    state         TEXT NOT NULL,
    kind          TEXT,
    opened_at     INTEGER NOT NULL,
    closed_at     INTEGER
) STRICT;

-- By which channel an episode was told is not known, so all of them count as told: nobody hears twice of
-- what they were told before the update.
INSERT INTO alert_episode_by_channel (connection_id, channel, state, kind, opened_at, closed_at)
    SELECT connection_id, channel.column1, state, kind, opened_at, closed_at
    FROM alert_episode, (VALUES ('desktop'), ('script'), ('webhook')) AS channel
    ORDER BY alert_episode.id;
DROP TABLE alert_episode;
ALTER TABLE alert_episode_by_channel RENAME TO alert_episode;
CREATE UNIQUE INDEX alert_episode_open ON alert_episode (connection_id, channel) WHERE closed_at IS NULL;
