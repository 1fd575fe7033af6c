/** A contact in the form that is stored and sent. */
import type { ReactNode } from "react";

import type { Contact } from "../../ipc/types";
import { Facts, type Fact } from "../../kit/Panel";
import { Status } from "../../kit/Status";
import { Time } from "../../kit/Time";
import { categoryWord, CHANNELS, consentWords, lifecycleWord, phoneWords } from "../../words/contacts";
import styles from "./Contacts.module.css";

export function ContactRecord({ contact }: { contact: Contact }) {
  const { identity, assignment, provenance } = contact;
  return (
    <div className={styles.record}>
      <Group title="Who">
        <Facts
          facts={present([
            ["Title", identity.title],
            ["First name", identity.firstName],
            ["Last name", identity.lastName],
            ["Company", identity.companyName],
            ["Categories", (contact.categories ?? [contact.category]).map(categoryWord).join(", ")],
            ["Lifecycle", lifecycleWord(contact.lifecycle)],
            ["Looked after by", assignment.negotiator?.name ?? assignment.negotiator?.id],
            ["Branch", assignment.office?.name ?? assignment.office?.id],
          ])}
        />
      </Group>
      <Group title="Reached at">
        <ul className={styles.ways}>
          {contact.emails.map((email) => (
            <li key={email.address}>
              {email.address} <Label text={email.label} primary={email.primary} />
              {!email.valid && (
                <Status tone="warn" icon="warning" plain>
                  Not usable
                </Status>
              )}
            </li>
          ))}
          {contact.phones.map((phone) => (
            <li key={phone.raw}>
              {phoneWords(phone)} <Label text={phone.label} primary={phone.primary} />
            </li>
          ))}
          {contact.addresses.map((address) => (
            <li key={address.lines.join()}>
              {[...address.lines, address.town, address.county, address.postcode, address.country].filter(Boolean).join(", ")}
            </li>
          ))}
        </ul>
      </Group>
      <Group title="Consent">
        <ul className={styles.channels}>
          {CHANNELS.map(([channel, name]) => {
            const { word, icon, tone } = consentWords(contact.consent[channel]);
            return (
              <li key={channel}>
                {name}
                <Status tone={tone} icon={icon}>
                  {word}
                </Status>
              </li>
            );
          })}
        </ul>
      </Group>
      <Group title="In the CRM">
        <Facts
          facts={[
            ...present([
              ["Kind of record", provenance.externalType],
              ["Tags", contact.tags.join(", ")],
            ]),
            { name: "Made", value: <Time at={provenance.createdAt} none="unknown" /> },
            { name: "Changed", value: <Time at={provenance.updatedAt} none="unknown" /> },
          ]}
        />
      </Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className={styles.groupTitle}>{title}</h3>
      {children}
    </section>
  );
}

function Label({ text, primary }: { text: string | null | undefined; primary: boolean }) {
  const words = [text, primary ? "first choice" : null].filter(Boolean).join(", ");
  return words === "" ? null : <span className={styles.none}>{words}</span>;
}

function present(pairs: [string, string | null | undefined][]): Fact[] {
  return pairs.flatMap(([name, value]) => (value === null || value === undefined || value === "" ? [] : [{ name, value }]));
}
