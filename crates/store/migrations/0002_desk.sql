-- What the desktop app shows and sets beside the contacts themselves.

-- Minutes between scheduled syncs. NULL is the provider's own default, 0 is never.
ALTER TABLE connection ADD COLUMN every_minutes INTEGER CHECK (every_minutes >= 0);

-- What a person sees of an activity, and what is sent again at a person's wish once the platform
-- lists it no more: the activity itself, as the platform gave it.
ALTER TABLE write_back ADD COLUMN activity TEXT CHECK (activity IS NULL OR json_valid(activity));
CREATE INDEX write_back_by_time ON write_back (connection_id, at);

-- When the platform last took a contact, and when it last refused one, and in which run.
ALTER TABLE contact ADD COLUMN accepted_at INTEGER;
ALTER TABLE contact ADD COLUMN accepted_run TEXT;
ALTER TABLE push_rejection ADD COLUMN run TEXT;
