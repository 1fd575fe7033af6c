"""Singer SDK: a tap piped into a target for SQLite, with the target's state kept for the next run.

    python singer_peer.py sync|dump FOLDER plain|tuned

`plain` is the SDK as it comes. `tuned` has what its documents name: messages coded with msgspec,
and records that are not held against their schema again (`validate_records`). Larger batches, which
a target may be given as well, made no difference here.
"""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

COMMAND, FOLDER, SETTING = sys.argv[1:4]
HOME = Path(FOLDER)
HERE = Path(__file__).parent
DATABASE = HOME / "contacts.sqlite"
STATE = HOME / "state.json"
if SETTING == "tuned":
    os.environ["SINGER_TUNED"] = "yes"

import crm  # noqa: E402


def sync() -> None:
    """Runs both, and keeps each state that the target has reached."""
    (HOME / "tap.json").write_text("{}")
    settings: dict = {"database": str(DATABASE)}
    if SETTING == "tuned":
        settings["validate_records"] = False
    (HOME / "target.json").write_text(json.dumps(settings))
    tap_command = [sys.executable, HERE / "singer_tap.py", "--config", HOME / "tap.json"]
    if STATE.exists():
        tap_command += ["--state", STATE]
    target_command = [sys.executable, HERE / "singer_target.py", "--config", HOME / "target.json"]
    with (
        subprocess.Popen(tap_command, stdout=subprocess.PIPE) as tap,
        subprocess.Popen(
            target_command, stdin=tap.stdout, stdout=subprocess.PIPE, text=True
        ) as target,
    ):
        tap.stdout.close()
        for line in target.stdout:
            if line.strip():
                fresh = STATE.with_suffix(".new")
                fresh.write_text(line)
                fresh.replace(STATE)
    if tap.returncode or target.returncode:
        sys.exit(f"tap ended with {tap.returncode}, target with {target.returncode}")


def stored() -> Iterator[dict]:
    """The rows of the table, by the types that the tap named."""
    import singer_tap

    flags = {name.lower() for name in singer_tap.FLAGS}
    whole = {name.lower() for name in singer_tap.NESTED + singer_tap.LISTS}
    table = sqlite3.connect(DATABASE).execute("SELECT * FROM contact")
    names = [column[0] for column in table.description]
    for row in table:
        record = {}
        for name, value in zip(names, row, strict=True):
            if name.startswith("_sdc_") or value is None:
                continue
            if name in flags:
                record[name] = bool(value)
            elif name in whole:
                record[name] = json.loads(value)
            else:
                record[name] = value
        yield record


if COMMAND == "sync":
    sync()
else:
    crm.show(stored())
