/** What people call the connection. */
import { useState, type SubmitEvent } from "react";

import { useActions } from "../../app/actions";
import type { ConnectionRow } from "../../ipc/types";
import { Button } from "../../kit/Button";
import { TextField } from "../../kit/Field";
import { Panel } from "../../kit/Panel";
import styles from "./Settings.module.css";

export function NamePanel({ row: { connection } }: { row: ConnectionRow }) {
  const actions = useActions();
  const [name, setName] = useState(connection.name);
  const changed = name.trim() !== connection.name && name.trim() !== "";
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (changed) void actions.perform("renameConnection", connection.id, name.trim());
  };
  return (
    <Panel title="Name">
      <form className={styles.narrow} onSubmit={save}>
        <TextField
          label="What you and your colleagues call it"
          value={name}
          onChange={setName}
          after={
            <Button type="submit" disabled={!changed}>
              Save
            </Button>
          }
        />
      </form>
    </Panel>
  );
}
