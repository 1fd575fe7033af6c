-- Each time that a contact was sent and answered before the last ones, which stand with the contact
-- (`accepted_at`) and in `push_rejection`. So a first push, which may be of a million, writes nothing here.
CREATE TABLE push_history (
    id         INTEGER PRIMARY KEY,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    run        TEXT,
    code       TEXT,
    message    TEXT
) STRICT;
CREATE INDEX push_history_of_contact ON push_history (contact_id, id);
