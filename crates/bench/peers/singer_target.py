"""A target on Meltano's Singer SDK for SQLite: its `SQLTarget` with an upsert by the key."""

import json
import os

from singer_sdk import SQLConnector, SQLSink, SQLTarget
from singer_sdk import typing as th


class SQLiteConnector(SQLConnector):
    """SQLite by SQLAlchemy."""

    allow_temp_tables = False
    allow_column_alter = False
    allow_merge_upsert = True

    def get_sqlalchemy_url(self, config):
        return f"sqlite:///{config['database']}"


class SQLiteSink(SQLSink):
    """Upserts by the primary key, and keeps nested values as JSON."""

    connector_class = SQLiteConnector

    def conform_record(self, record):
        return {
            name: json.dumps(value) if isinstance(value, dict | list) else value
            for name, value in super().conform_record(record).items()
        }

    def generate_insert_statement(self, full_table_name, schema):
        insert = super().generate_insert_statement(full_table_name, schema)
        return insert.prefix_with("OR REPLACE")


class SQLiteTarget(SQLTarget):
    """The target."""

    name = "target-sqlite"
    default_sink_class = SQLiteSink
    max_parallelism = 1
    config_jsonschema = th.PropertiesList(
        th.Property("database", th.StringType, required=True)
    ).to_dict()

    if os.environ.get("SINGER_TUNED"):
        from singer_sdk.contrib.msgspec import MsgSpecReader as message_reader_class


if __name__ == "__main__":
    SQLiteTarget.cli()
