/** One contact: our form of it, the CRM's own, where each field came from, and what was sent. */
import { useState } from "react";

import type { ContactDetail } from "../../ipc/types";
import { useRead } from "../../ipc/cache";
import { Drawer } from "../../kit/Dialog";
import { JsonView } from "../../kit/JsonView";
import { Empty, Notice } from "../../kit/Notice";
import { Status } from "../../kit/Status";
import { Segments } from "../../kit/Tabs";
import { Time } from "../../kit/Time";
import { categoryWord, changeWords, fieldWords } from "../../words/contacts";
import { ReadError } from "../ReadError";
import styles from "./Contacts.module.css";
import { ContactRecord } from "./ContactRecord";

type Props = { connection: string; externalId: string | null; onClose: () => void };

export function ContactDrawer({ connection, externalId, onClose }: Props) {
  const { data, error } = useRead("contact", [connection, externalId ?? ""], { enabled: externalId !== null });
  return (
    <Drawer
      open={externalId !== null}
      onClose={onClose}
      title={data?.contact.identity.fullName ?? "Contact"}
      sub={
        data && (
          <>
            {categoryWord(data.contact.category)} · <code>{data.contact.provenance.externalId}</code> · read{" "}
            <Time at={data.contact.provenance.fetchedAt} />
          </>
        )
      }
    >
      {error && <ReadError connection={connection} error={error} />}
      {data && <Detail key={externalId} detail={data} />}
    </Drawer>
  );
}

/** What the next push would do with it. */
function pendingWords(change: ContactDetail["change"]): string {
  switch (change) {
    case "unchanged":
      return "Sent as it is";
    case "blocked":
      return "Blocked";
    default:
      return `To ${changeWords(change).word.toLowerCase()}`;
  }
}

type View = "record" | "raw" | "lineage" | "pushes";

function Detail({ detail }: { detail: ContactDetail }) {
  const [view, setView] = useState<View>("record");
  const change = changeWords(detail.change);
  return (
    <div className={styles.detail}>
      <div className={styles.detailBar}>
        <Segments
          label="What to show"
          value={view}
          onChange={setView}
          choices={[
            { value: "record", label: "Record" },
            { value: "raw", label: "In the CRM" },
            { value: "lineage", label: "Where from" },
            { value: "pushes", label: "Sent" },
          ]}
        />
        <Status tone={change.tone} icon={change.icon}>
          {pendingWords(detail.change)}
        </Status>
      </div>
      {detail.blockedBy && (
        <Notice tone="bad" icon="failing" title="Not sent">
          {detail.blockedBy.message}
        </Notice>
      )}
      {detail.issues.map((issue) => (
        <Notice key={`${issue.code} ${issue.field}`} tone="warn" icon="warning" title={fieldWords(issue.field)}>
          {issue.message}
        </Notice>
      ))}
      {view === "record" && <ContactRecord contact={detail.contact} />}
      {view === "raw" && <JsonView label="The CRM’s own record" value={detail.raw} />}
      {view === "lineage" && <Lineage lineage={detail.lineage} />}
      {view === "pushes" && <Pushes pushes={detail.pushes} />}
    </div>
  );
}

function Lineage({ lineage }: Pick<ContactDetail, "lineage">) {
  return (
    <table className={styles.lineage}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Where it came from in the CRM’s record</th>
        </tr>
      </thead>
      <tbody>
        {lineage.map(({ field, from }) => (
          <tr key={`${field} ${from}`}>
            <td>{fieldWords(field)}</td>
            <td>
              <code>{from}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pushes({ pushes }: Pick<ContactDetail, "pushes">) {
  if (pushes.length === 0) {
    return (
      <Empty icon="changes" title="Never sent">
        It is sent with the next push, if the preview shows it.
      </Empty>
    );
  }
  return (
    <ul className={styles.pushes}>
      {pushes.map((push) => (
        <li key={`${push.at} ${push.runId ?? ""}`}>
          <Status tone={push.accepted ? "ok" : "bad"} icon={push.accepted ? "healthy" : "failing"} plain>
            {push.accepted ? "Accepted" : "Refused"}
          </Status>
          <Time at={push.at} />
          {push.message !== null && <span>{push.message}</span>}
        </li>
      ))}
    </ul>
  );
}
