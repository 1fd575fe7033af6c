/** Exports the bundle of a connection in which something has failed. */
import { use } from "react";

import { Button } from "../kit/Button";
import { ExportContext } from "./exporting";

export function ExportButton({ connection, small = false }: { connection: string; small?: boolean }) {
  const askExport = use(ExportContext);
  return (
    <Button icon="export" small={small} onClick={() => askExport({ connection, run: null })}>
      Export bundle
    </Button>
  );
}
