/** What the app tells while nobody looks at it. */
import { SwitchField } from "../kit/Field";
import { Panel } from "../kit/Panel";
import styles from "./Settings.module.css";
import { Unread } from "./Unread";
import { usePreferences } from "./usePreferences";

export function NewsPanel() {
  const [preferences, set, error] = usePreferences();
  if (!preferences) return <Unread title="In the background" error={error} />;
  return (
    <Panel title="In the background">
      <div className={styles.rows}>
        <SwitchField
          label="Notify me"
          help="When a connection starts to fail, and when it recovers."
          checked={preferences.notifications}
          onChange={(notifications) => set({ notifications })}
        />
        <SwitchField
          label="Stay in the tray"
          help="Closing the window leaves the app at work, so that schedules go on. Its icon shows the worst state."
          checked={preferences.stayInTray}
          onChange={(stayInTray) => set({ stayInTray })}
        />
      </div>
    </Panel>
  );
}
