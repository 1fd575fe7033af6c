/** Which bundle somebody wants to export: asked for from anywhere, shown by one dialogue. */
import { createContext } from "react";

export type ExportWish = { connection: string; run: string | null };

/** Opens the dialogue. */
export const ExportContext = createContext<(wish: ExportWish) => void>(() => undefined);
