/** A choice of one among few. */
import { Select as Base } from "@base-ui/react/select";

import { Icon } from "./Icon";
import popup from "./Popup.module.css";
import styles from "./Field.module.css";

export type Choice<T extends string> = { value: T; label: string };

type Props<T extends string> = {
  /** Its name for a screen reader, where no label stands beside it. */
  label?: string;
  id?: string;
  describedBy?: string | undefined;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
  /** As narrow as its text: for filters in a bar. */
  compact?: boolean;
};

export function Select<T extends string>({ label, id, describedBy, value, choices, onChange, compact }: Props<T>) {
  return (
    <Base.Root items={[...choices]} value={value} onValueChange={(next) => next !== null && onChange(next)}>
      <Base.Trigger
        id={id}
        aria-label={label}
        aria-describedby={describedBy}
        className={[styles.input, styles.select, compact === true ? styles.compact : ""].join(" ")}
      >
        <Base.Value />
        <Base.Icon className={styles.caret}>
          <Icon name="down" size={14} />
        </Base.Icon>
      </Base.Trigger>
      {/* What opens over the page is a part of it that can be found, too. */}
      <Base.Portal render={<section aria-label="Choices" />}>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={popup.positioner}>
          <Base.Popup className={popup.menu}>
            <Base.List>
              {choices.map((choice) => (
                <Base.Item key={choice.value} value={choice.value} className={popup.item}>
                  <span className={popup.ticked}>
                    <Base.ItemIndicator>
                      <Icon name="check" size={14} />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText>{choice.label}</Base.ItemText>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
