/** The columns of the list of changes; they change with what is selected. */
import type { ChangeView } from "../../ipc/types";
import type { GridColumn } from "../../kit/grid/VirtualGrid";
import { Status } from "../../kit/Status";
import { changeWords, fieldWords } from "../../words/contacts";
import styles from "./Changes.module.css";

export function changeColumns(picked: ReadonlySet<string>, pick: (externalId: string) => void): GridColumn<ChangeView>[] {
  return [
    {
      id: "pick",
      header: <span className={styles.unseen}>Select</span>,
      width: "1.25rem",
      cell: (change) => (
        <input
          type="checkbox"
          aria-label={`Select ${change.fullName}`}
          checked={picked.has(change.externalId)}
          disabled={isHeld(change)}
          onChange={() => pick(change.externalId)}
          onClick={(event) => event.stopPropagation()}
          className={styles.box}
        />
      ),
    },
    {
      id: "kind",
      header: "Change",
      width: "5.75rem",
      cell: (change) => {
        const { word, icon, tone } = changeWords(change.kind);
        return (
          <Status tone={tone} icon={icon} plain>
            {word}
          </Status>
        );
      },
    },
    { id: "name", header: "Contact", width: "minmax(7rem, 1.5fr)", cell: (change) => <strong className={styles.name}>{change.fullName}</strong> },
    { id: "fields", header: "What differs", width: "minmax(5rem, 1.3fr)", cell: (change) => <span className={styles.fields}>{summaryOf(change)}</span> },
  ];
}

/** Its removal waits for a person's word; sending it again would change nothing. */
export function isHeld({ blockedBy }: ChangeView): boolean {
  return blockedBy?.code === "removalHeld";
}

function summaryOf(change: ChangeView): string {
  if (change.blockedBy) return change.blockedBy.message;
  if (change.kind === "create") return "A new contact";
  // That something was changed in the CRM goes without saying where it is seen what.
  const told = change.fields.filter(({ field }) => field !== "provenance.updatedAt");
  const [first, ...others] = (told.length > 0 ? told : change.fields).map(({ field }) => fieldWords(field));
  if (first === undefined) return "";
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
