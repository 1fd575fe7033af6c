-- How many contacts there are in each state of `pending`. Kept with each change, since counting a million
-- takes longer than a person should wait. A row stays where it has come down to none.
CREATE TABLE contact_count (
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    pending       INTEGER NOT NULL,
    contacts      INTEGER NOT NULL,
    PRIMARY KEY (connection_id, pending)
) STRICT, WITHOUT ROWID;
INSERT INTO contact_count
    SELECT connection_id, pending, count(*) FROM contact GROUP BY connection_id, pending;

-- How often contacts have changed. Whoever has read them can tell by it how many of these changes came
-- since, and whether it knows all of them.
CREATE TABLE contact_changes (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO contact_changes (id, number) VALUES (1, 0);
