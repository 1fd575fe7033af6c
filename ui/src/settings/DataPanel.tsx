/** Where the data lives, and the way into and out of the sandbox. */
import { useState } from "react";

import { useActions } from "../app/actions";
import { useRead } from "../ipc/cache";
import { Button } from "../kit/Button";
import { Facts, Panel } from "../kit/Panel";
import styles from "./Settings.module.css";
import { Unread } from "./Unread";

export function DataPanel() {
  const { data, error } = useRead("appInfo", []);
  const actions = useActions();
  const [working, setWorking] = useState(false);
  if (!data) return <Unread title="Data" error={error} />;
  const isSandbox = data.dataSet === "sandbox";
  const change = async () => {
    setWorking(true);
    await actions.openData(isSandbox ? "real" : "sandbox");
    setWorking(false);
  };
  return (
    <Panel title="Data">
      <Facts
        facts={[
          { name: "Open now", value: isSandbox ? "Sandbox data" : "Your data" },
          { name: "Folder", value: <code>{data.dataFolder}</code> },
          { name: "Secrets", value: `Kept in ${data.vault}` },
          { name: "Version", value: data.version },
        ]}
      />
      <div className={styles.sandbox}>
        <p className={styles.quiet}>
          {isSandbox
            ? "Leaving the sandbox opens your own data. The sandbox keeps its own for the next time."
            : "The sandbox simulates CRMs, people and NurtureHub on this computer, in a database of its own."}
        </p>
        <Button icon="flask" busy={working} onClick={() => void change()}>
          {isSandbox ? "Leave the sandbox" : "Open the sandbox"}
        </Button>
      </div>
    </Panel>
  );
}
