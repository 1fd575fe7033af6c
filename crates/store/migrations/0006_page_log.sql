-- Pages that are fetched and not yet merged into the contacts lie in a log beside the database, sealed
-- with this key; it is another one for each run, and goes with its listing.
ALTER TABLE listing ADD COLUMN page_key BLOB;

-- They lay in a table before. A listing of which some are left there begins anew, since its cursor is
-- past what its contacts show, and nobody uses the blocks that the pages had.
UPDATE listing SET cursor = NULL
    WHERE connection_id IN (SELECT connection_id FROM page_aside);
DELETE FROM block WHERE used = 0
    AND id IN (SELECT value FROM page_aside, json_each(page_aside.blocks));
DROP TABLE page_aside;
