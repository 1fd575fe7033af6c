/** When syncs run by themselves, and what the CRM's terms say about it. */
import { useActions } from "../../app/actions";
import type { ConnectionRow, ProviderView } from "../../ipc/types";
import { Field } from "../../kit/Field";
import { Notice } from "../../kit/Notice";
import { Panel } from "../../kit/Panel";
import { Prose } from "../../kit/Prose";
import { Select } from "../../kit/Select";
import { Time } from "../../kit/Time";
import { stateWords } from "../../words/state";
import styles from "./Settings.module.css";

const EVERY = [
  { value: "off", label: "Only when I start it" },
  { value: "15", label: "Every 15 minutes" },
  { value: "30", label: "Every 30 minutes" },
  { value: "60", label: "Every hour" },
  { value: "240", label: "Every 4 hours" },
  { value: "720", label: "Twice a day" },
  { value: "1440", label: "Once a day" },
] as const;

type Every = (typeof EVERY)[number]["value"];

export function SchedulePanel({ row, provider }: { row: ConnectionRow; provider: ProviderView }) {
  const actions = useActions();
  const { everyMinutes, nextAt } = row.schedule;
  const value: Every = EVERY.find((choice) => choice.value === String(everyMinutes))?.value ?? "off";
  const change = (next: Every) => void actions.perform("setSchedule", row.connection.id, next === "off" ? null : Number(next));
  return (
    <Panel title="Schedule">
      <div className={styles.narrow}>
        <Field
          label="Sync by itself"
          help={
            nextAt === null ? (
              everyMinutes === null ? "Nothing runs until somebody starts it." : stateWords(row.health.state).sentence
            ) : (
              <>
                The next sync starts <Time at={nextAt} />, while this app is open or in the tray.
              </>
            )
          }
        >
          {({ id, describedBy }) => <Select id={id} label="Sync by itself" describedBy={describedBy} value={value} choices={EVERY} onChange={change} />}
        </Field>
        {typeof provider.notice === "string" && (
          <Notice tone="warn" icon="warning" title={`Before you set a schedule for ${provider.name}`}>
            <Prose text={provider.notice} />
          </Notice>
        )}
      </div>
    </Panel>
  );
}
