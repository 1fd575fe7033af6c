/** The keys that work everywhere. */
import { Dialog } from "../kit/Dialog";
import { KEY, SHORTCUTS } from "./shortcuts";
import styles from "./ShortcutList.module.css";

const WITHIN = [
  { keys: "↑ ↓ Page Up Page Down Home End", does: "Move in a list" },
  { keys: "Enter", does: "Open what is chosen" },
  { keys: "Space", does: "Select the change that is chosen" },
  { keys: "Esc", does: "Close what is open" },
];

export function ShortcutList({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts">
      <dl className={styles.list}>
        {SHORTCUTS.map(({ key, does }) => (
          <div key={key}>
            <dt>{does}</dt>
            <dd>
              <kbd>
                {KEY}
                {key.toUpperCase()}
              </kbd>
            </dd>
          </div>
        ))}
        {WITHIN.map(({ keys, does }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
