"""What every peer is told about the CRM, and how a stored row is shown.

The benchmark gives it by environment variables; a peer reads the same pages as every other.
"""

import json
import os
import sys
from collections.abc import Iterable

URL = os.environ["PEER_URL"].rstrip("/")
TOKEN = os.environ["PEER_TOKEN"]
HEADERS = {
    "api-version": "2020-01-31",
    "reapit-customer": os.environ["PEER_CUSTOMER"],
}
PATH = "contacts/"
PARAMETERS = {"pageSize": "100", "sortBy": "created", "embed": "relationships"}
"""The query of every page, but for its number and its listing."""

LISTINGS = {"live": "false", "archive": "true"}
"""The two listings, and the `fromArchive` of each."""

PAGE = "pageNumber"
PAGES = "totalPageCount"
RECORDS = "_embedded"
CHANGED = "modified"
CHANGED_SINCE = "modifiedFrom"


def show(records: Iterable[dict]) -> None:
    """Prints stored records, one JSON document a line."""
    for record in records:
        sys.stdout.write(json.dumps(record, default=str) + "\n")
