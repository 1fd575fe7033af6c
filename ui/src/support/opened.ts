/** The bundle that is open, whichever screen shows: it stays open while somebody looks elsewhere. */
import { createContext } from "react";

import type { BundleView } from "../ipc/types";

type Opened = { bundle: BundleView | null; show: (bundle: BundleView | null) => void };

/** What is open, and a way to open another or none. */
export const OpenedContext = createContext<Opened>({ bundle: null, show: () => undefined });
