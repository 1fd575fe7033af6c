/** Every contact of a connection: searched and filtered in the store, paged into view. */
import { useCallback, useDeferredValue, useRef, useState } from "react";

import { replace, to } from "../../app/route";
import { useShortcuts } from "../../app/shortcuts";
import type { ConnectionRow, Contact } from "../../ipc/types";
import { PAGE, usePages } from "../../ipc/pages";
import { Button } from "../../kit/Button";
import { counted } from "../../kit/figures";
import { VirtualGrid } from "../../kit/grid/VirtualGrid";
import { Empty } from "../../kit/Notice";
import styles from "../Connection.module.css";
import { ReadError } from "../ReadError";
import { SyncNow } from "../SyncNow";
import bar from "./Contacts.module.css";
import { CONTACT_COLUMNS } from "./columns";
import { ContactDrawer } from "./ContactDrawer";
import { EVERYBODY, FilterBar, isNarrowed, type Filters } from "./FilterBar";

type Props = { row: ConnectionRow; open: string | null };

export function ContactsTab({ row, open }: Props) {
  const { id } = row.connection;
  const [filters, setFilters] = useState<Filters>(EVERYBODY);
  const search = useRef<HTMLInputElement>(null);
  useShortcuts({ f: () => search.current?.focus() });
  // Typing stays quick while the list follows.
  const asked = useDeferredValue(filters);
  const { head, error, isOutdated, pageAt, onRange } = usePages("contacts", (limit, offset) => [
    id,
    { ...asked, search: asked.search.trim() === "" ? null : asked.search.trim(), limit, offset },
  ]);
  const rowAt = (index: number): Contact | undefined => pageAt(index)?.contacts[index % PAGE];
  const show = useCallback((contact?: string) => replace(to.connection(id, "contacts", contact)), [id]);
  const total = head?.total ?? 0;
  return (
    <div className={styles.fill}>
      <FilterBar filters={filters} onChange={setFilters} searchRef={search}>
        <span role="status" className={bar.found}>
          {head ? counted(total, "contact") : ""}
        </span>
      </FilterBar>
      {error && <ReadError connection={id} error={error} />}
      {error && !head ? null : head && total === 0 ? (
        <NoContacts row={row} isNarrowed={isNarrowed(filters)} onClear={() => setFilters(EVERYBODY)} />
      ) : (
        <div className={styles.listBox}>
          <VirtualGrid
            // A new question is read from its top.
            key={JSON.stringify(asked)}
            label={`Contacts of ${row.connection.name}`}
            columns={CONTACT_COLUMNS}
            narrowest={47}
            total={total}
            rowAt={rowAt}
            onRange={onRange}
            outdated={isOutdated}
            onOpen={(contact) => show(contact.provenance.externalId)}
          />
        </div>
      )}
      <ContactDrawer connection={id} externalId={open} onClose={() => show()} />
    </div>
  );
}

type NoContactsProps = { row: ConnectionRow; isNarrowed: boolean; onClear: () => void };

function NoContacts({ row, isNarrowed: narrowed, onClear }: NoContactsProps) {
  if (narrowed) {
    return (
      <Empty icon="search" title="Nobody matches" actions={<Button onClick={onClear}>Clear search and filters</Button>}>
        No contact has all of what is asked for.
      </Empty>
    );
  }
  return (
    <Empty icon="person" title="No contacts yet" actions={<SyncNow row={row} />}>
      They come with the first sync.
    </Empty>
  );
}
