/** How a replay of deliveries went, told in a line. */
import type { ReplayReport } from "../../ipc/types";
import { count, counted } from "../../kit/figures";
import { tell } from "../../kit/Toasts";

export function tellReplay({ results }: ReplayReport): void {
  const failed = results.flatMap(({ error }) => (error ? [error] : []));
  const [first] = failed;
  tell({
    title: `${counted(results.length - failed.length, "delivery", "deliveries")} replayed`,
    ...(first ? { text: `${count(failed.length)} failed again. ${first.message} ${first.remedy}` } : {}),
    tone: first ? "warn" : "ok",
    icon: first ? "warning" : "healthy",
  });
}
