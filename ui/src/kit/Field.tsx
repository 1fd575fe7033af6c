/** A label, a control, a sentence of help and, where something is amiss, what. */
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { useId, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes } from "react";

import styles from "./Field.module.css";
import { Icon } from "./Icon";
import { Prose } from "./Prose";

type FrameProps = {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  /** Stands at the end of the line of help, such as a link that tells more. */
  hint?: ReactNode;
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
};

/** What stands around a control. */
export function Field({ label, help, error, optional, hint, children }: FrameProps) {
  const id = useId();
  const describedBy = [help === undefined ? "" : `${id}-help`, error === undefined ? "" : `${id}-error`]
    .filter(Boolean)
    .join(" ");
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
        {optional === true && <span className={styles.optional}>optional</span>}
      </label>
      {children({ id, describedBy: describedBy === "" ? undefined : describedBy, invalid: error !== undefined })}
      {error !== undefined && (
        <p id={`${id}-error`} className={styles.error}>
          <Icon name="failing" size={14} />
          {error}
        </p>
      )}
      <div className={styles.helpLine}>
        {help !== undefined && (
          <p id={`${id}-help`} className={styles.help}>
            {typeof help === "string" ? <Prose text={help} /> : help}
          </p>
        )}
        {hint}
      </div>
    </div>
  );
}

type TextProps = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  hint?: ReactNode;
  /** Stands after the box, such as a button that picks a file. */
  after?: ReactNode;
  onChange: (value: string) => void;
};

/** A line of text. */
export function TextField({ label, help, error, optional, hint, after, onChange, ...rest }: TextProps) {
  return (
    <Field label={label} help={help} error={error} optional={optional ?? false} hint={hint}>
      {({ id, describedBy, invalid }) => (
        <span className={styles.line}>
          <input
            {...rest}
            id={id}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            aria-required={optional === true ? undefined : true}
            autoComplete="off"
            spellCheck={false}
            className={styles.input}
            onChange={(event) => onChange(event.target.value)}
          />
          {after}
        </span>
      )}
    </Field>
  );
}

type AreaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> & {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  onChange: (value: string) => void;
};

/** Several lines of text. */
export function TextArea({ label, help, error, onChange, ...rest }: AreaProps) {
  return (
    <Field label={label} help={help} error={error}>
      {({ id, describedBy, invalid }) => (
        <textarea
          {...rest}
          id={id}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          spellCheck={false}
          className={[styles.input, styles.area].join(" ")}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type SwitchProps = { label: string; help?: ReactNode; checked: boolean; onChange: (checked: boolean) => void };

/** On or off, at once. */
export function SwitchField({ label, help, checked, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className={styles.switchField}>
      <div>
        <span id={id} className={styles.label}>
          {label}
        </span>
        {help !== undefined && (
          <p id={`${id}-help`} className={styles.help}>
            {typeof help === "string" ? <Prose text={help} /> : help}
          </p>
        )}
      </div>
      <BaseSwitch.Root
        checked={checked}
        onCheckedChange={onChange}
        aria-labelledby={id}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        className={styles.switch}
      >
        <BaseSwitch.Thumb className={styles.thumb} />
      </BaseSwitch.Root>
    </div>
  );
}
