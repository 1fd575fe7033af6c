/** Copying text, and saying that it is done. */
import { tell } from "./Toasts";

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell({ title: "Copied", tone: "ok", icon: "check" });
  } catch {
    tell({ title: "It could not be copied", text: "Select the text and copy it by hand.", tone: "warn", icon: "warning" });
  }
}
