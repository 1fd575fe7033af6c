/** How a replay of deliveries went, told in a line. */
import type { Actions } from "../../app/actions";
import type { ReplayReport } from "../../ipc/types";
import { count, counted } from "../../kit/figures";
import { tell } from "../../kit/Toasts";

/** Deals again with all that could not be dealt with, or with one delivery. */
export async function replay(actions: Actions, connection: string, delivery: string | null): Promise<void> {
  const report = await actions.perform("replayWebhooks", connection, delivery);
  if (report) tellReplay(report);
}

function tellReplay({ results }: ReplayReport): void {
  const failed = results.flatMap(({ error }) => (error ? [error] : []));
  const [first] = failed;
  tell({
    title: `${counted(results.length - failed.length, "delivery", "deliveries")} replayed`,
    ...(first ? { text: `${count(failed.length)} failed again. ${first.message} ${first.remedy}` } : {}),
    tone: first ? "warn" : "ok",
    icon: first ? "warning" : "healthy",
  });
}
