/** Where on the way the person is. */
import { Icon } from "../kit/Icon";
import styles from "./Connect.module.css";

const STEPS = [
  { at: "details", name: "Details" },
  { at: "signIn", name: "Connect" },
  { at: "check", name: "Check" },
  { at: "sync", name: "First sync" },
] as const;

type Props = { at: "details" | "signIn" | "check"; withBrowser: boolean };

export function Progression({ at, withBrowser }: Props) {
  const now = STEPS.findIndex((step) => step.at === at);
  return (
    <ol className={styles.progression} aria-label="The way to a connection">
      {STEPS.map((step, index) => (
        <li key={step.at} data-state={index < now ? "done" : index === now ? "now" : "later"} aria-current={index === now ? "step" : undefined}>
          <span className={styles.bullet}>{index < now ? <Icon name="check" size={12} /> : index + 1}</span>
          {step.at === "signIn" && withBrowser ? "Sign in" : step.name}
        </li>
      ))}
    </ol>
  );
}
