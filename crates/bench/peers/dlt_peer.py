"""dlt: `rest_api` to SQLite (by SQLAlchemy) or to DuckDB.

    python dlt_peer.py sync|dump FOLDER sqlite|duckdb plain|tuned

`plain` is dlt as it comes. `tuned` follows its pages on performance and on file formats: the
listings are extracted in parallel, what is loaded is Parquet, all processors but one normalise, and
the merge is the cheapest that the destination has. Larger buffers are named there, too; here they
made it slower.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import crm

COMMAND, FOLDER, DESTINATION, SETTING = sys.argv[1:5]
HOME = Path(FOLDER)
TUNED = SETTING == "tuned"
NEVER = "1970-01-01T00:00:00Z"

# dlt reads these when it is imported.
os.environ["DLT_DATA_DIR"] = str(HOME / "dlt")
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
WORKERS = max(1, (os.cpu_count() or 1) - 1)
if TUNED and WORKERS > 1:
    # Files are what several processes share out among them: one file is for one.
    os.environ["EXTRACT__DATA_WRITER__FILE_MAX_ITEMS"] = "10000"
    os.environ["NORMALIZE__WORKERS"] = str(WORKERS)

import dlt  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402

LOADER_FORMAT = "parquet" if TUNED else None


def disposition() -> object:
    """How rows are merged: by deleting and inserting, or by a true upsert where there is one."""
    if TUNED and DESTINATION == "duckdb":
        return {"disposition": "merge", "strategy": "upsert"}
    return "merge"


def since(moment: str) -> str | None:
    """What a listing is asked for: at first all of it, also what was never modified."""
    return None if moment == NEVER else moment


def listing(name: str, archived: str) -> dict:
    """One listing; both go into the same table."""
    changed = {
        "type": "incremental",
        "cursor_path": crm.CHANGED,
        "initial_value": NEVER,
        "on_cursor_value_missing": "include",
        "convert": since,
    }
    return {
        "name": name,
        "table_name": "contact",
        "primary_key": "id",
        "write_disposition": disposition(),
        "max_table_nesting": 0,
        "parallelized": TUNED,
        "endpoint": {
            "path": crm.PATH,
            "data_selector": crm.RECORDS,
            "params": {
                **crm.PARAMETERS,
                "fromArchive": archived,
                crm.CHANGED_SINCE: changed,
            },
        },
    }


def pipeline() -> dlt.Pipeline:
    """The pipeline; its state and what it has not loaded yet are in the folder."""
    database = HOME / f"contacts.{DESTINATION}"
    if DESTINATION == "sqlite":
        destination = dlt.destinations.sqlalchemy(f"sqlite:///{database}")
    else:
        destination = dlt.destinations.duckdb(str(database))
    return dlt.pipeline("contacts", destination=destination, dataset_name="crm")


def sync() -> None:
    """Reads what has changed, and merges it."""
    source = rest_api_source(
        {
            "client": {
                "base_url": crm.URL + "/",
                "auth": {"type": "bearer", "token": crm.TOKEN},
                "headers": crm.HEADERS,
                "paginator": {
                    "type": "page_number",
                    "base_page": 1,
                    "page_param": crm.PAGE,
                    "total_path": crm.PAGES,
                },
            },
            "resources": [listing(*each) for each in crm.LISTINGS.items()],
        },
        name="crm",
    )
    pipeline().run(source, loader_file_format=LOADER_FORMAT)


def stored() -> Iterator[dict]:
    """The rows of the table, by the types that dlt knows its columns to have."""
    line = pipeline()
    line.sync_destination()
    columns = line.default_schema.get_table_columns("contact")
    with line.sql_client() as client:
        names = [name for name in columns if not name.startswith("_dlt_")]
        chosen = ", ".join(client.escape_column_name(name) for name in names)
        table = client.make_qualified_table_name("contact")
        with client.execute_query(f"SELECT {chosen} FROM {table}") as cursor:
            while rows := cursor.fetchmany(5_000):
                for row in rows:
                    yield {
                        name: typed(value, columns[name]["data_type"])
                        for name, value in zip(names, row, strict=True)
                    }


def typed(value: object, kind: str) -> object:
    """A value as JSON has it: a database may keep it as text or number."""
    if value is None:
        return None
    if kind == "json":
        # From Parquet, SQLAlchemy codes the text once more: nothing is lost by that.
        for _ in range(2):
            value = json.loads(value) if isinstance(value, str) else value
        return value
    if kind == "bool":
        return bool(value)
    return value


if COMMAND == "sync":
    sync()
else:
    crm.show(stored())
