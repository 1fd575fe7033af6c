/** A menu of actions behind a button. */
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement } from "react";

import { Icon, type IconName } from "./Icon";
import styles from "./Popup.module.css";

export type MenuItem =
  | { label: string; icon?: IconName; onSelect: () => void; disabled?: boolean; dangerous?: boolean }
  | "separator";

type Props = { trigger: ReactElement<Record<string, unknown>>; items: MenuItem[] };

export function Menu({ trigger, items }: Props) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      {/* What opens over the page is a part of it that can be found, too. */}
      <Base.Portal render={<section aria-label="Menu" />}>
        <Base.Positioner sideOffset={4} align="end" className={styles.positioner}>
          <Base.Popup className={styles.menu}>
            {items.map((item, index) =>
              item === "separator" ? (
                <Base.Separator key={index} className={styles.separator} />
              ) : (
                <Base.Item
                  key={item.label}
                  disabled={item.disabled ?? false}
                  onClick={item.onSelect}
                  className={[styles.item, item.dangerous === true ? styles.dangerous : ""].join(" ")}
                >
                  {item.icon && <Icon name={item.icon} />}
                  {item.label}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
