-- The providers that this build knows, so that a data folder can be read without the build that made it.
CREATE TABLE provider (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL,
    spec       TEXT NOT NULL CHECK (json_valid(spec)),
    updated_at INTEGER NOT NULL
) STRICT;

-- One agency's account with one CRM. Secrets are in the vault, never here. Times are Unix milliseconds.
-- Its number is never given again: another program may still know it by that.
CREATE TABLE connection (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    key            TEXT NOT NULL UNIQUE,
    provider       TEXT NOT NULL,
    tenant         TEXT NOT NULL,
    name           TEXT NOT NULL,
    reference      TEXT,
    settings       TEXT NOT NULL CHECK (json_valid(settings)),
    cursor         TEXT,
    listing        INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    paused_at      INTEGER,
    disconnected_at INTEGER
) STRICT;

-- The listing in progress: what a later run needs to go on after a kill. Gone once it is closed.
-- `settled` is the last contact whose absence was looked at.
CREATE TABLE listing (
    connection_id INTEGER PRIMARY KEY REFERENCES connection (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    full_listing  INTEGER NOT NULL,
    cursor        TEXT,
    complete      INTEGER NOT NULL DEFAULT 0,
    settled       INTEGER NOT NULL DEFAULT 0,
    started_at    INTEGER NOT NULL,
    touched_at    INTEGER NOT NULL,
    source_total  INTEGER,
    pages         INTEGER NOT NULL DEFAULT 0,
    listed        INTEGER NOT NULL DEFAULT 0,
    created       INTEGER NOT NULL DEFAULT 0,
    updated       INTEGER NOT NULL DEFAULT 0,
    unchanged     INTEGER NOT NULL DEFAULT 0,
    repeated      INTEGER NOT NULL DEFAULT 0,
    rejected      INTEGER NOT NULL DEFAULT 0,
    removed       INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A page that is stored with the cursor behind it and not yet merged into the contacts; a few at most.
-- They are merged in the order of their ids. `blocks` are the numbers of the blocks that hold the
-- bodies, `page` is all the rest.
CREATE TABLE page_aside (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    blocks        TEXT NOT NULL CHECK (json_valid(blocks)),
    page          BLOB NOT NULL
) STRICT;

-- What a search, a filter, a count or a diff needs of a contact; the contact itself is in a block. Rows
-- are narrow, so that a scan of a million stays cheap. What the platform last accepted has a place of
-- its own only where the contact has changed since.
CREATE TABLE contact (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    external_id   TEXT NOT NULL,
    content_hash  BLOB NOT NULL,
    accepted_hash BLOB,
    raw_hash      INTEGER NOT NULL,
    listing       INTEGER NOT NULL,
    pending       INTEGER NOT NULL,
    absent        INTEGER NOT NULL DEFAULT 0,
    absent_at     INTEGER NOT NULL DEFAULT 0,
    lifecycle     INTEGER NOT NULL,
    accepted_lifecycle INTEGER,
    category      INTEGER NOT NULL,
    consent       INTEGER NOT NULL,
    issues        INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    -- When the CRM was asked for what is stored, and when it says that it changed: what is older by
    -- both does not take its place.
    fetched_at    INTEGER NOT NULL,
    source_updated_at INTEGER,
    block_id      INTEGER NOT NULL,
    slot          INTEGER NOT NULL,
    accepted_block_id INTEGER,
    accepted_slot INTEGER,
    search        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX contact_by_external_id ON contact (connection_id, external_id);
-- In the order of their ids, so that what goes batch by batch begins where it left off. A query has
-- to say `pending > 0` in these words for SQLite to use the second.
CREATE INDEX contact_in_order ON contact (connection_id);
CREATE INDEX contact_pending ON contact (connection_id, id, pending) WHERE pending > 0;

-- Canonical contacts and the CRM's own records, many to a block. A block never changes; `used` counts
-- the contacts that name one of its slots. Programs keep what they read of a block by its number, so
-- that is never given again.
CREATE TABLE block (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    slots         INTEGER NOT NULL,
    used          INTEGER NOT NULL CHECK (used >= 0)
) STRICT;
CREATE TABLE block_content (
    block_id INTEGER PRIMARY KEY REFERENCES block (id) ON DELETE CASCADE,
    packed   BLOB NOT NULL
) STRICT;

-- Why the platform refused a contact, and with which content.
CREATE TABLE push_rejection (
    contact_id   INTEGER PRIMARY KEY REFERENCES contact (id) ON DELETE CASCADE,
    content_hash BLOB NOT NULL,
    code         TEXT NOT NULL,
    message      TEXT NOT NULL,
    field        TEXT,
    at           INTEGER NOT NULL
) STRICT;

-- Records that no contact could be made from. Kept until the CRM lists them whole, or no more.
CREATE TABLE rejected_record (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    record_key    TEXT NOT NULL,
    external_id   TEXT,
    listing       INTEGER NOT NULL,
    code          TEXT NOT NULL,
    field         TEXT NOT NULL,
    message       TEXT NOT NULL,
    raw           BLOB NOT NULL,
    seen_at       INTEGER NOT NULL,
    UNIQUE (connection_id, record_key)
) STRICT;

CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    key           TEXT NOT NULL UNIQUE,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,
    status        TEXT NOT NULL,
    started_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    contacts      INTEGER NOT NULL DEFAULT 0,
    error_kind    TEXT,
    report        TEXT NOT NULL CHECK (json_valid(report))
) STRICT;
CREATE INDEX run_by_connection ON run (connection_id, kind, id);

-- One request each; masked when written.
CREATE TABLE request_trace (
    id            INTEGER PRIMARY KEY,
    run_id        INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    connection_id INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    entry         TEXT NOT NULL
) STRICT;
CREATE INDEX request_trace_by_run ON request_trace (run_id, id);
CREATE INDEX request_trace_by_time ON request_trace (connection_id, at);

-- Requests made by UTC day, for the limits that CRMs set on a day.
CREATE TABLE request_usage (
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    day           TEXT NOT NULL,
    requests      INTEGER NOT NULL,
    PRIMARY KEY (connection_id, day)
) STRICT, WITHOUT ROWID;

-- The outbox: activities on their way to the CRM, and what became of them. `sending` is written down
-- before an activity is sent; only one whose sender died stays so. `acknowledged` says that the
-- platform knows how it ended.
CREATE TABLE write_back (
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    activity_id   TEXT NOT NULL,
    state         TEXT NOT NULL
        CHECK (state IN ('sending', 'waiting', 'written', 'rejected', 'unsupported')),
    next_attempt_at INTEGER CHECK ((next_attempt_at IS NULL) = (state <> 'waiting')),
    reference     TEXT,
    error         TEXT CHECK (error IS NULL OR json_valid(error)),
    attempts      INTEGER NOT NULL,
    acknowledged  INTEGER NOT NULL DEFAULT 0,
    at            INTEGER NOT NULL,
    PRIMARY KEY (connection_id, activity_id)
) STRICT;
-- A query has to say `state <> 'written'` in these words for SQLite to use it.
CREATE INDEX write_back_unwritten ON write_back (connection_id, state, at)
WHERE state <> 'written';

-- What CRMs told us unasked, once its sender was proven. One that could not be dealt with has no event
-- id of the CRM's: it is known by its body until it can.
CREATE TABLE webhook_delivery (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    event_id      TEXT NOT NULL,
    topic         TEXT NOT NULL,
    occurred_at   INTEGER,
    received_at   INTEGER NOT NULL,
    failed        INTEGER NOT NULL,
    body          BLOB NOT NULL,
    result        TEXT NOT NULL CHECK (json_valid(result)),
    UNIQUE (connection_id, event_id)
) STRICT;

-- Where contacts are pushed to. The token is in the vault.
CREATE TABLE platform (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    url TEXT NOT NULL
) STRICT;

-- Who did what and when. Nothing is ever changed or taken out.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    connection TEXT,
    detail     TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
