/** The state and the facts that it is computed from. */
import type { Health, Schedule } from "../../ipc/types";
import { count, counted } from "../../kit/figures";
import { Facts, type Fact } from "../../kit/Panel";
import { Meter } from "../../kit/Progress";
import { Prose } from "../../kit/Prose";
import { Status } from "../../kit/Status";
import { Time } from "../../kit/Time";
import { stateWords } from "../../words/state";
import styles from "./Health.module.css";

export function HealthFacts({ health, schedule }: { health: Health; schedule?: Schedule }) {
  const { word, icon, tone, sentence } = stateWords(health.state);
  const facts: Fact[] = [
    { name: "Last synced", value: <Time at={health.lastSyncedAt} /> },
    { name: "Last verified", value: <Time at={health.lastVerifiedAt} /> },
    { name: "Last error", value: <Time at={health.lastErrorAt} none="none" /> },
    { name: "Failures in a row", value: count(health.failureStreak) },
    { name: "Counts as stale", value: <Time at={health.staleAfter} /> },
  ];
  if (schedule) {
    facts.push({
      name: "Next sync",
      value: schedule.nextAt === null ? "only by hand" : <Time at={schedule.nextAt} />,
    });
  }
  if (health.tokenExpires) facts.push({ name: "Sign-in ends", value: <Time at={health.tokenExpires.at} /> });
  const { quota } = health;
  return (
    <div className={styles.state}>
      <p className={styles.stateLine}>
        <Status tone={tone} icon={icon}>
          {word}
        </Status>
        <span>
          <Time at={health.since} as="since" />. {sentence}
        </span>
      </p>
      <Facts facts={facts} columns />
      {health.issues.length === 0 && typeof health.lastErrorMessage === "string" && (
        <p className={styles.quiet}>
          The last error is past: <Prose text={health.lastErrorMessage} />
        </p>
      )}
      {quota && (
        <div className={styles.quota}>
          <Meter label="Requests to the CRM today" used={quota.used} limit={quota.limit} />
          <p className={styles.quiet}>
            {count(quota.used)} of {counted(quota.limit, "request")} that the CRM allows a day; the count begins anew{" "}
            <Time at={quota.resetsAt} />.
          </p>
        </div>
      )}
    </div>
  );
}
