"""PyAirbyte: a declarative source, run in this process, into its DuckDB cache.

    python airbyte_peer.py sync|dump FOLDER plain|tuned

`plain` is what comes. `tuned` reads both listings at once (`concurrency_level`), and lets the
source keep to the CRM's limit itself (`api_budget`).
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

COMMAND, FOLDER, SETTING = sys.argv[1:4]
HOME = Path(FOLDER)
TUNED = SETTING == "tuned"

# PyAirbyte reads these when it is imported.
os.environ["AIRBYTE_OFFLINE_MODE"] = "1"
os.environ["AIRBYTE_PROJECT_DIR"] = str(HOME)

import crm  # noqa: E402

DATABASE = HOME / "contacts.duckdb"
NEVER = "1970-01-01T00:00:00.000Z"
TEXT = {"type": ["null", "string"]}
FLAG = {"type": ["null", "boolean"]}
WHOLE = {"type": ["null", "object"], "additionalProperties": True}
LIST = {"type": ["null", "array"]}
FIELDS = {
    **dict.fromkeys(
        "id created modified title forename surname dateOfBirth marketingConsent identityCheck "
        "homePhone workPhone mobilePhone email archivedOn _eTag".split(),
        TEXT,
    ),
    **dict.fromkeys(
        "active fromArchive communicationPreferenceLetter communicationPreferenceEmail "
        "communicationPreferencePhone communicationPreferenceSMS".split(),
        FLAG,
    ),
    **dict.fromkeys(
        "source primaryAddress secondaryAddress workAddress metadata extrasField _links "
        "_embedded".split(),
        WHOLE,
    ),
    **dict.fromkeys("officeIds negotiatorIds categoryIds additionalContactDetails".split(), LIST),
}



def stream(query: dict) -> dict:
    """The contacts of both listings, with more in the query."""
    return {
        "type": "DeclarativeStream",
        "name": "contact",
        "primary_key": ["id"],
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {
                "type": "HttpRequester",
                "url_base": crm.URL + "/",
                "path": crm.PATH,
                "http_method": "GET",
                "authenticator": {
                    "type": "BearerAuthenticator",
                    "api_token": "{{ config['token'] }}",
                },
                "request_headers": crm.HEADERS,
                "request_parameters": {
                    **crm.PARAMETERS,
                    "fromArchive": "{{ stream_partition['listing'] }}",
                    **query,
                },
            },
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": [crm.RECORDS]},
            },
            "partition_router": {
                "type": "ListPartitionRouter",
                "values": list(crm.LISTINGS.values()),
                "cursor_field": "listing",
            },
            "paginator": {
                "type": "DefaultPaginator",
                "page_token_option": {
                    "type": "RequestOption",
                    "inject_into": "request_parameter",
                    "field_name": crm.PAGE,
                },
                "pagination_strategy": {
                    "type": "PageIncrement",
                    "page_size": int(crm.PARAMETERS["pageSize"]),
                    "start_from_page": 1,
                    "inject_on_first_request": True,
                },
            },
        },
        "incremental_sync": {
            "type": "DatetimeBasedCursor",
            "cursor_field": crm.CHANGED,
            "datetime_format": "%Y-%m-%dT%H:%M:%S.%fZ",
            "start_datetime": {"type": "MinMaxDatetime", "datetime": NEVER},
        },
        "schema_loader": {
            "type": "InlineSchemaLoader",
            "schema": {"type": "object", "additionalProperties": True, "properties": FIELDS},
        },
    }


# At first all of it is asked for, also what was never modified; then what changed.
STREAM = {
    "type": "StateDelegatingStream",
    "name": "contact",
    "full_refresh_stream": stream({}),
    "incremental_stream": stream({crm.CHANGED_SINCE: "{{ stream_interval['start_time'] }}"}),
}

MANIFEST: dict = {
    "version": "6.0.0",
    "type": "DeclarativeSource",
    "check": {"type": "CheckStream", "stream_names": ["contact"]},
    "streams": [STREAM],
    "spec": {
        "type": "Spec",
        "connection_specification": {
            "type": "object",
            "properties": {"token": {"type": "string", "airbyte_secret": True}},
        },
    },
}
if TUNED:
    MANIFEST["concurrency_level"] = {
        "type": "ConcurrencyLevel",
        "default_concurrency": 4,
    }
    if "PEER_LIMIT" in os.environ:
        MANIFEST["api_budget"] = {
            "type": "HTTPAPIBudget",
            "policies": [
                {
                    "type": "MovingWindowCallRatePolicy",
                    "rates": [
                        {"type": "Rate", "limit": int(os.environ["PEER_LIMIT"]), "interval": "PT1S"}
                    ],
                    "matchers": [],
                }
            ],
        }


def sync() -> None:
    """Reads what has changed into the cache, which keeps the state."""
    import airbyte

    source = airbyte.get_source(
        "source-crm",
        config={"token": crm.TOKEN},
        source_manifest=MANIFEST,
        streams=["contact"],
    )
    source.read(cache=airbyte.caches.DuckDBCache(db_path=DATABASE), write_strategy="merge")


def stored() -> Iterator[dict]:
    """The rows of the table, by the types that the source named."""
    import duckdb

    nested = {name.lower() for name, kind in FIELDS.items() if kind in (WHOLE, LIST)}
    table = duckdb.connect(str(DATABASE), read_only=True).execute("SELECT * FROM main.contact")
    names = [column[0] for column in table.description]
    while rows := table.fetchmany(5_000):
        for row in rows:
            yield {
                name: json.loads(value) if name in nested and isinstance(value, str) else value
                for name, value in zip(names, row, strict=True)
                if not name.startswith("_airbyte_")
            }


if COMMAND == "sync":
    sync()
else:
    crm.show(stored())
