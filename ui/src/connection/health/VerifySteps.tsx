/** The steps of a check, ticked off one by one: eight to a CRM, six to NurtureHub. */
import type { VerifyStep } from "../../ipc/types";
import { duration } from "../../kit/figures";
import { Prose } from "../../kit/Prose";
import { StatusShape, type Tone } from "../../kit/Status";
import type { IconName } from "../../kit/Icon";
import { stepDetail, stepOrder, stepWords } from "../../words/runs";
import styles from "./Health.module.css";

const LOOKS: Record<VerifyStep["status"] | "waiting", { icon: IconName; tone: Tone; word: string }> = {
  passed: { icon: "healthy", tone: "ok", word: "Passed" },
  failed: { icon: "failing", tone: "bad", word: "Failed" },
  skipped: { icon: "dash", tone: "calm", word: "Not taken" },
  waiting: { icon: "circle", tone: "calm", word: "Not yet" },
};

type Props = { steps: VerifyStep[]; ofPlatform?: boolean | undefined };

export function VerifySteps({ steps, ofPlatform = false }: Props) {
  return (
    <div className={styles.stepsPlace}>
      <ol className={styles.steps} aria-live="polite">
        {stepOrder(ofPlatform).map((name) => {
          const step = steps.find((taken) => taken.step === name);
          const { icon, tone, word } = LOOKS[step?.status ?? "waiting"];
          return (
            <li key={name} className={styles.step} data-waiting={step ? undefined : ""}>
              <StatusShape tone={tone} icon={icon} label={word} />
              <div className={styles.stepText}>
                <span className={styles.stepName}>{stepWords(name, ofPlatform)}</span>
                {step && (
                  <span className={styles.quiet}>
                    <Prose text={stepDetail(step, ofPlatform)} />
                  </span>
                )}
                {typeof step?.remedy === "string" && (
                  <span>
                    <strong>What to do:</strong> <Prose text={step.remedy} />
                  </span>
                )}
              </div>
              <span className={styles.quiet}>{step && step.status !== "skipped" ? duration(step.durationMs) : ""}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
