/** A word about a control or a figure, on hover and focus. */
import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";

import styles from "./Popup.module.css";

type Props = { text: React.ReactNode; children: ReactElement<Record<string, unknown>> };

export function Tip({ text, children }: Props) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className={styles.positioner}>
          <Tooltip.Popup className={styles.tip}>{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
