/**
 * Stands in for the person's browser: goes where the app sends it, approves, and follows the way back to
 * the app. `NURTUREHUB_E2E_DECISION` is a file that may say "deny" or "ignore"; beside it stands where it was sent.
 */
import { appendFileSync, readFileSync } from "node:fs";

const decisionFile = process.env.NURTUREHUB_E2E_DECISION;
let decision = "approve";
try {
  decision = readFileSync(decisionFile, "utf8").trim() || "approve";
} catch {
  // Nobody has said otherwise.
}
const address = process.argv[2];
appendFileSync(`${decisionFile}.visits`, `${address}\n`);
if (decision !== "ignore") {
  // The simulated sign-in page takes the answer from its address, as from its buttons.
  const answer = decision === "deny" ? "deny=1" : "auto=1";
  const page = await fetch(`${address}&${answer}`, { redirect: "manual" });
  await fetch(page.headers.get("location"));
}
