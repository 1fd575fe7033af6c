/** Theme and size of text. */
import { Panel } from "../kit/Panel";
import { Segments } from "../kit/Tabs";
import styles from "./Settings.module.css";
import { TEXT_SIZES } from "./sizes";
import { Unread } from "./Unread";
import { usePreferences } from "./usePreferences";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

const SIZES = TEXT_SIZES.map((size) => ({ value: String(size), label: `${size}%` }));

export function AppearancePanel() {
  const [preferences, set, error] = usePreferences();
  if (!preferences) return <Unread title="Appearance" error={error} />;
  return (
    <Panel title="Appearance">
      <div className={styles.rows}>
        <div className={styles.row}>
          <span>Theme</span>
          <Segments label="Theme" value={preferences.theme} choices={THEMES} onChange={(theme) => set({ theme })} />
        </div>
        <div className={styles.row}>
          <span>Size of text</span>
          <Segments label="Size of text" value={String(preferences.textSize)} choices={SIZES} onChange={(size) => set({ textSize: Number(size) })} />
        </div>
      </div>
    </Panel>
  );
}
