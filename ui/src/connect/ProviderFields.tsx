/** The controls of a form that is drawn from a provider's own list of fields. */
import { useState } from "react";

import { useActions } from "../app/actions";
import type { Field as FieldSpec, ProviderView, StringMap } from "../ipc/types";
import { Button } from "../kit/Button";
import { Field, SwitchField, TextField } from "../kit/Field";
import { Icon } from "../kit/Icon";
import { Select } from "../kit/Select";
import { isDocumented } from "../words/capabilities";
import styles from "./Connect.module.css";
import { isAsked, type Answers } from "./form";

type Props = {
  /** Another fold than that of advanced settings. */
  fold?: Fold;
  provider: ProviderView;
  answers: Answers;
  wrong: StringMap;
  secretsHeld: string[];
  onChange: (key: string, value: string) => void;
};

/** What is asked for only when somebody unfolds it. */
export type Fold = { title: string; holds: (field: FieldSpec) => boolean };

const ADVANCED: Fold = { title: "Advanced settings", holds: ({ advanced }) => advanced };

/** What everybody fills in, and behind a fold what is left for those who know what they do. */
export function ProviderFields(props: Props) {
  const { provider, answers, wrong } = props;
  const asked = provider.fields.filter((field) => isAsked(field, answers));
  const { fold = ADVANCED } = props;
  const advanced = asked.filter(fold.holds);
  const [unfolded, setUnfolded] = useState(false);
  const open = unfolded || advanced.some(({ key }) => wrong[key] !== undefined);
  return (
    <>
      {asked
        .filter((field) => !fold.holds(field))
        .map((field) => (
          <Control key={field.key} field={field} {...props} />
        ))}
      {advanced.length > 0 && (
        <div className={styles.advanced}>
          <button type="button" aria-expanded={open} className={styles.fold} onClick={() => setUnfolded(!open)}>
            <Icon name={open ? "down" : "right"} size={14} />
            {fold.title}
          </button>
          {open && (
            <div className={styles.advancedFields}>
              {advanced.map((field) => (
                <Control key={field.key} field={field} {...props} />
              ))}
            </div>
          )}
        </div>
      )}
    </>
  );
}

function Control({ provider, field, answers, wrong, secretsHeld, onChange }: Props & { field: FieldSpec }) {
  const { key, label, help, setting } = field;
  const value = answers[key] ?? "";
  const set = (next: string) => onChange(key, next);
  const actions = useActions();
  switch (setting.kind) {
    case "boolean":
      return <SwitchField label={label} help={help} checked={value === "true"} onChange={(on) => set(String(on))} />;
    case "choice":
      return (
        <Field label={label} help={asChosen(help, setting.values)} error={wrong[key]}>
          {({ id, describedBy }) => (
            <Select
              id={id}
              describedBy={describedBy}
              label={label}
              value={value}
              choices={setting.values.map((choice) => ({ value: choice, label: choiceWord(choice) }))}
              onChange={set}
            />
          )}
        </Field>
      );
    default: {
      const isHeld = secretsHeld.includes(key);
      const choose = async () => {
        const file = await actions.perform("chooseFile", label);
        if (file !== undefined && file !== null) set(file);
      };
      return (
        <TextField
          label={label}
          help={isHeld ? "The sandbox fills this in by itself." : help}
          error={wrong[key]}
          optional={!field.required || isHeld}
          hint={isFoundElsewhere(field) && !isHeld && isDocumented(provider) && <WhereToFind provider={provider} label={label} />}
          type={field.secret ? "password" : "text"}
          inputMode={setting.kind === "integer" ? "numeric" : setting.kind === "url" ? "url" : "text"}
          placeholder={isHeld ? "Filled in by the sandbox" : (field.default ?? undefined)}
          value={value}
          onChange={set}
          after={setting.kind === "file" && <Button onClick={() => void choose()}>Choose…</Button>}
        />
      );
    }
  }
}

/** `browser` as `Browser`. */
function choiceWord(choice: string): string {
  return choice.charAt(0).toUpperCase() + choice.slice(1);
}

/** A help that names choices as they stand in the list. The command line, which shows it too, takes them as they are. */
function asChosen(help: string, choices: string[]): string {
  return help.replace(/`(\w+)`/g, (whole, name: string) => (choices.includes(name) ? `“${choiceWord(name)}”` : whole));
}

/** Its value comes from the CRM, and cannot be made up. */
function isFoundElsewhere({ required, secret, advanced, default: usual }: FieldSpec): boolean {
  return !advanced && (required || secret) && typeof usual !== "string";
}

function WhereToFind({ provider, label }: { provider: ProviderView; label: string }) {
  const actions = useActions();
  return (
    <button
      type="button"
      className={styles.where}
      aria-label={`Where to find it: ${label}`}
      onClick={() => void actions.perform("openDocumentation", provider.id)}
    >
      Where to find it
      <Icon name="external" size={12} />
    </button>
  );
}
