/** axe finds nothing on any screen. Colours are checked where there is a layout: the walks run axe on every
 *  screen of the real window, in both themes. */
import { screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it } from "vitest";

import { openApp } from "./app";

const SCREENS: [name: string, at: string, isEmpty?: boolean][] = [
  ["first start", "#/", true],
  ["overview", "#/"],
  ["connect", "#/connect"],
  ["connect form", "#/connect/reapit"],
  ["health", "#/connection/loop-bright/health"],
  ["run", "#/connection/reapit-vale/health/reapit-vale-sync-27"],
  ["contacts", "#/connection/reapit-vale/contacts"],
  ["contact", "#/connection/reapit-vale/contacts/C100002"],
  ["changes", "#/connection/reapit-vale/changes"],
  ["activity", "#/connection/reapit-vale/activity"],
  ["webhooks", "#/connection/reapit-vale/webhooks"],
  ["connection settings", "#/connection/reapit-vale/settings"],
  ["credentials", "#/connection/reapit-vale/settings/credentials"],
  ["support", "#/support"],
  ["settings", "#/settings"],
];

describe.each(SCREENS)("%s", (_, at, empty = false) => {
  it("can be used by everybody", async () => {
    openApp({ at, empty });
    await waitFor(() => expect(document.getElementById("page-title")?.textContent.trim()).not.toBe(""));
    await screen.findAllByRole("link", { hidden: true });
    const { violations } = await axe.run(document.body, {
      rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  });
});
