/** The tray of a desktop: what its host is told of the app's icon, and what it does when somebody chooses from the
 *  menu. Xvfb has no tray; the host is Ayatana's, as panels have it, and is asked over the session's bus. */
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

import { until } from "./driver.mjs";
import { endsWithUs } from "./sandbox.mjs";

const run = promisify(execFile);

/** Where Debian's releases have it. */
const HOSTS = ["/usr/libexec", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
  .map((folder) => `${folder}/ayatana-indicator-application/ayatana-indicator-application-service`);

const WATCHER = ["org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"];

/** Calls a method on the bus; the answer is GLib's text of it. */
async function call([name, path], method, ...args) {
  const { stdout } = await run("gdbus", ["call", "--session", "--dest", name, "--object-path", path, "--method", method, "--", ...args]);
  return stdout;
}

/** A property of what is there under this interface; texts and paths come without their quotes. */
async function property(place, face, name) {
  const said = await call(place, "org.freedesktop.DBus.Properties.Get", face, name);
  return /^\(<(?:objectpath )?'?(.*?)'?>,\)\s*$/s.exec(said)[1];
}

/** Puts a tray on the desktop. */
export function startTray() {
  const program = HOSTS.find((path) => existsSync(path));
  if (program === undefined) throw new Error("no ayatana-indicator-application: `cargo xtask setup` installs it");
  const host = spawn(program, [], { stdio: ["ignore", "pipe", "ignore"] });
  endsWithUs(host);
  return new Tray(host);
}

class Tray {
  #host;

  constructor(host) {
    this.#host = host;
  }

  end() {
    this.#host.kill();
  }

  /** Where the icons are that have come to the tray. */
  async icons() {
    const all = await property(WATCHER, "org.kde.StatusNotifierWatcher", "RegisteredStatusNotifierItems");
    return [...all.matchAll(/'([^'/]+)(\/[^']+)'/g)].map(([, name, path]) => [name, path]);
  }

  /** The app's icon, once it has come. */
  async icon() {
    const [place] = await until("an icon in the tray", async () => {
      const places = await this.icons();
      return places.length === 1 && places;
    });
    const told = (name) => property(place, "org.kde.StatusNotifierItem", name);
    const menu = [place[0], await told("Menu")];
    return { title: await told("Title"), status: await told("Status"), picture: await told("IconName"), menu };
  }

  /** The entries of the icon's menu from above: number, label (none of a line between them), and whether it can be chosen. */
  async entries() {
    const { menu } = await this.icon();
    const layout = await call(menu, "com.canonical.dbusmenu.GetLayout", "0", "-1", "[]");
    return [...layout.matchAll(/<\((\d+), \{([^}]*)\}/g)].map(([, id, told]) => ({
      id,
      label: /'label': <'([^']*)'>/.exec(told)?.[1] ?? null,
      enabled: !told.includes("'enabled': <false>"),
    }));
  }

  /** Chooses an entry, as a press on it does. */
  async choose(label) {
    const { menu } = await this.icon();
    const { id } = (await this.entries()).find((entry) => entry.label === label);
    await call(menu, "com.canonical.dbusmenu.Event", id, "clicked", "<''>", "0");
  }
}

/** Whether the icon shows one of the app's pictures, pixel by pixel: the page draws both. */
export async function showsPicture(app, file, name) {
  const data = (path) => `data:image/png;base64,${readFileSync(path).toString("base64")}`;
  const ours = data(new URL(`../../icons/tray/${name}.png`, import.meta.url));
  return app.wait(`
    const pixels = async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
      canvas.drawImage(image, 0, 0);
      return canvas.getImageData(0, 0, image.width, image.height).data.join();
    };
    Promise.all([pixels(${JSON.stringify(data(file))}), pixels(${JSON.stringify(ours)})])
      .then(([shown, ours]) => done(shown === ours), (error) => done(String(error)));`);
}
