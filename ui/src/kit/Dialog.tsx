/** What opens over the page: a dialogue in the middle, a drawer at its side. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { useRef, type ReactNode } from "react";

import { IconButton } from "./Button";
import styles from "./Dialog.module.css";

type Props = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** A sentence below the title. */
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, the one that does it last. */
  actions?: ReactNode;
  wide?: boolean;
};

export function Dialog({ open, onClose, title, description, children, actions, wide }: Props) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Popup className={[styles.dialog, wide === true ? styles.wide : ""].join(" ")}>
          <Base.Title className={styles.title}>{title}</Base.Title>
          {description !== undefined && (
            <Base.Description className={styles.description} render={<div />}>
              {description}
            </Base.Description>
          )}
          {children !== undefined && <div className={styles.body}>{children}</div>}
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type DrawerProps = { open: boolean; onClose: () => void; title: ReactNode; sub?: ReactNode; children: ReactNode };

export function Drawer({ open, onClose, title, sub, children }: DrawerProps) {
  // Its content is to be read first; the button that closes it comes later.
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Popup ref={popup} initialFocus={popup} className={styles.drawer}>
          <header className={styles.drawerHead}>
            <div className={styles.drawerTitle}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              {sub !== undefined && <div className={styles.sub}>{sub}</div>}
            </div>
            <Base.Close render={<IconButton icon="cross" label="Close" />} />
          </header>
          <div className={styles.drawerBody}>{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
