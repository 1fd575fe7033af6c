/** The columns of the contacts' table. */
import type { Contact } from "../../ipc/types";
import type { GridColumn } from "../../kit/grid/VirtualGrid";
import { Status, StatusShape } from "../../kit/Status";
import { PlainTime } from "../../kit/Time";
import { categoryWord, CHANNELS, consentWords, lifecycleWord, phoneWords } from "../../words/contacts";
import styles from "./Contacts.module.css";

export const CONTACT_COLUMNS: readonly GridColumn<Contact>[] = [
  { id: "name", header: "Name", width: "minmax(7.5rem, 2fr)", cell: (contact) => <Name contact={contact} /> },
  { id: "category", header: "Category", width: "minmax(7rem, 1fr)", cell: (contact) => categoryWord(contact.category) },
  { id: "email", header: "Email", width: "minmax(8rem, 2fr)", cell: (contact) => <Email contact={contact} /> },
  { id: "phone", header: "Phone", width: "minmax(7.75rem, 1fr)", cell: (contact) => contact.phones[0] ? phoneWords(contact.phones[0]) : <None /> },
  { id: "consent", header: <ConsentHead />, width: "5.25rem", cell: (contact) => <Consents contact={contact} /> },
  { id: "updated", header: "Changed", width: "minmax(5.75rem, 1fr)", cell: (contact) => <PlainTime at={contact.provenance.updatedAt} none="unknown" /> },
];

function Name({ contact }: { contact: Contact }) {
  return (
    <span className={styles.name} title={contact.identity.fullName}>
      {contact.identity.fullName}
      {contact.lifecycle !== "active" && (
        <Status tone="calm" icon="file" plain>
          {lifecycleWord(contact.lifecycle)}
        </Status>
      )}
    </span>
  );
}

function Email({ contact }: { contact: Contact }) {
  const [email] = contact.emails;
  if (!email) return <None />;
  return (
    <span title={email.address}>
      {email.valid ? (
        email.address
      ) : (
        <Status tone="warn" icon="warning" plain>
          {email.address}
        </Status>
      )}
    </span>
  );
}

/** A letter over each channel's column; the whole word on hover. */
function ConsentHead() {
  return (
    <span className={styles.consentHead}>
      Consent
      <span className={styles.consents}>
        {CHANNELS.map(([channel, name, letter]) => (
          <abbr key={channel} title={name} className={styles.letter}>
            {letter}
          </abbr>
        ))}
      </span>
    </span>
  );
}

/** The four channels in the order of the record: email, text, phone, post. */
function Consents({ contact }: { contact: Contact }) {
  return (
    <span className={styles.consents}>
      {CHANNELS.map(([channel, name]) => {
        const { word, icon, tone } = consentWords(contact.consent[channel]);
        return <StatusShape key={channel} icon={icon} tone={tone} label={`${name}: ${word.toLowerCase()}`} />;
      })}
    </span>
  );
}

function None() {
  return <span className={styles.none}>none</span>;
}
