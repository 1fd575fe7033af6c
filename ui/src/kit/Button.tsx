/** Buttons, and links that look like them. */
import type { ButtonHTMLAttributes, ReactNode } from "react";

import styles from "./Button.module.css";
import { Icon, type IconName } from "./Icon";
import { Tip } from "./Tip";

type Look = "plain" | "primary" | "quiet" | "danger";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: Look;
  icon?: IconName;
  small?: boolean;
  /** At work: it keeps its size and place, and takes no second click. */
  busy?: boolean;
  ref?: React.Ref<HTMLButtonElement>;
};

export function Button({ look = "plain", icon, small, busy, children, className, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy === true ? true : rest["aria-disabled"]}
      onClick={busy === true ? undefined : rest.onClick}
      data-busy={busy === true ? "" : undefined}
      className={[styles.button, styles[look], small === true ? styles.small : "", className].join(" ")}
    >
      {icon && <Icon name={icon} />}
      <span className={styles.label}>{children}</span>
    </button>
  );
}

type IconButtonProps = Omit<Props, "children"> & { icon: IconName; label: string };

/** A button that is an icon; its name shows on hover and focus. */
export function IconButton({ look = "quiet", icon, label, small, busy, className, ...rest }: IconButtonProps) {
  return (
    <Tip text={label}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        aria-disabled={busy === true ? true : rest["aria-disabled"]}
        onClick={busy === true ? undefined : rest.onClick}
        className={[styles.button, styles[look], styles.square, small === true ? styles.small : "", className].join(" ")}
      >
        <Icon name={icon} />
      </button>
    </Tip>
  );
}

type LinkProps = { to: string; look?: Look; icon?: IconName; small?: boolean; children: ReactNode };

/** A link to another screen, with the look of a button. */
export function ButtonLink({ to, look = "plain", icon, small, children }: LinkProps) {
  return (
    <a href={to} className={[styles.button, styles[look], small === true ? styles.small : ""].join(" ")}>
      {icon && <Icon name={icon} />}
      <span className={styles.label}>{children}</span>
    </a>
  );
}
