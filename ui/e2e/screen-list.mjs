/** Every screen of the app over the sandbox's connections, and what shows that it is there. */
const tab = (connection, name, ready) => ({
  name: `${connection}-${name}`,
  hash: `#/connection/${connection}-sandbox-agency/${name}`,
  ready,
});

export const SCREENS = [
  { name: "overview", hash: "#/", ready: (app) => app.find("link", /Reapit branch$/) },
  { name: "connect", hash: "#/connect", ready: (app) => app.find("link", "Street") },
  { name: "connect-form", hash: "#/connect/reapit", ready: (app) => app.find("heading", "Connect Reapit") },
  tab("reapit", "health", (app) => app.find("heading", /Reapit branch/)),
  tab("reapit", "contacts", (app) => app.find("row", /@/)),
  tab("reapit", "changes", (app) => app.find("tab", /^Changes/)),
  tab("reapit", "activity", (app) => app.find("tab", "Activity")),
  tab("reapit", "webhooks", (app) => app.find("tab", "Webhooks")),
  tab("reapit", "settings", (app) => app.find("heading", "Sign-in and settings")),
  tab("alto", "changes", (app) => app.find("button", /^Push all/)),
  tab("loop", "health", (app) => app.find("heading", /Loop branch/)),
  { name: "support", hash: "#/support", ready: (app) => app.find("heading", "Support") },
  { name: "settings", hash: "#/settings", ready: (app) => app.find("heading", "Settings") },
];
