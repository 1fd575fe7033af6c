/** Writing engagement back to a CRM, and how it went, told in a line. */
import type { Actions } from "../../app/actions";
import type { ConnectionRow, WriteBackReport } from "../../ipc/types";
import { count, counted } from "../../kit/figures";
import { tell } from "../../kit/Toasts";

type Wanted = Pick<ConnectionRow, "connection" | "providerName">;

/** The most that are tried again at once. */
export const MOST = 500;

/** Takes what waits on NurtureHub, and writes it to the CRM. */
export async function writeBack(actions: Actions, { connection, providerName }: Wanted): Promise<void> {
  const report = await actions.perform("pullActivities", connection.id);
  if (report) tellWriteBack(report, providerName);
}

/** Tries again what the CRM refused. */
export async function retryRefused(actions: Actions, { connection, providerName }: Wanted): Promise<void> {
  const refused = await actions.perform("activities", connection.id, "rejected", MOST, 0);
  if (!refused) return;
  const ids = refused.activities.map(({ id }) => id);
  const report = ids.length === 0 ? { results: [] } : await actions.perform("retryActivities", connection.id, ids);
  if (report) tellWriteBack(report, providerName);
}

function tellWriteBack({ results }: Pick<WriteBackReport, "results">, crm: string): void {
  const written = results.filter(({ status }) => status === "written" || status === "duplicate").length;
  const refused = results.filter(({ status }) => status === "rejected").length;
  const isWhole = refused === 0;
  tell({
    title: results.length === 0 ? "Nothing is waiting" : `${counted(written, "activity", "activities")} written to ${crm}`,
    ...(isWhole ? {} : { text: `${count(refused)} refused; each says why.` }),
    tone: isWhole ? "ok" : "warn",
    icon: isWhole ? "healthy" : "warning",
  });
}
