/**
 * Stands in for the person's browser: goes where the app sends it, approves, and follows the way back to
 * the app. `NURTUREHUB_E2E_DECISION` is a file that may say "deny".
 */
import { readFileSync } from "node:fs";

const decisionFile = process.env.NURTUREHUB_E2E_DECISION;
let decision = "approve";
try {
  decision = readFileSync(decisionFile, "utf8").trim() || "approve";
} catch {
  // Nobody has said otherwise.
}
const address = process.argv[2];
if (decision !== "ignore") {
  const page = await fetch(address, { redirect: "manual" });
  let back = page.headers.get("location");
  if (back === null) {
    const form = await fetch(address, { method: "POST", redirect: "manual", body: new URLSearchParams({ decision }) });
    back = form.headers.get("location");
  }
  await fetch(back);
}
