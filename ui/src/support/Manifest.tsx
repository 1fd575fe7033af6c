/** What a bundle holds: each file, what is in it, and how large it is. */
import type { BundleEntry, BundleManifest } from "../ipc/types";
import { columnsOf, DataTable, type Columns } from "../kit/DataTable";
import { counted, size } from "../kit/figures";
import { Prose } from "../kit/Prose";
import styles from "./Support.module.css";

const column = columnsOf<BundleEntry>();
const columns: Columns<BundleEntry> = column.columns([
  column.display({
    id: "what",
    header: "What it holds",
    cell: ({ row: { original } }) => (
      <>
        <Prose text={original.what} />
        <code className={styles.path}>{original.path}</code>
      </>
    ),
  }),
  column.display({ id: "size", header: "Size", cell: ({ row: { original } }) => size(original.bytes) }),
]);

export function Manifest({ manifest: { contents, masked } }: { manifest: BundleManifest }) {
  const bytes = contents.reduce((sum, entry) => sum + entry.bytes, 0);
  return (
    <>
      <DataTable label="Contents of the bundle" columns={columns} rows={contents} rowId={(entry) => entry.path} figures={["size"]} />
      <p className={styles.sum}>
        {counted(contents.length, "file")}, {size(bytes)} before it is packed. <Prose text={masked} />
      </p>
    </>
  );
}
