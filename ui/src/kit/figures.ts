/** Numbers, sizes and times in British English. */

const whole = new Intl.NumberFormat("en-GB");
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** `1,204,331` */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 contact`, `2 contacts` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`;
}

/** `38 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min` */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min${rest(Math.round(seconds % 60), "s")}`;
  return `${Math.floor(minutes / 60)} h${rest(minutes % 60, "min")}`;
}

function rest(value: number, unit: string): string {
  return value === 0 ? "" : ` ${value} ${unit}`;
}

/** `640 B`, `18 kB`, `2.4 MB` */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `now` may be so much behind: what has just been must not seem to lie ahead. */
const TICK = 30_000;

/** How long ago or until: `just now`, `12 min ago`, `in 3 h`, `2 days ago`, then the date. */
export function relative(at: string, now: number): string {
  const then = Date.parse(at);
  const away = Math.abs(now - then);
  const said = (text: string) => (then <= now ? `${text} ago` : `in ${text}`);
  const minutes = Math.floor(away / 60_000);
  if (minutes < 1) return then <= now + TICK ? "just now" : "in a moment";
  if (minutes < 60) return said(`${minutes} min`);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return said(`${hours} h`);
  const days = Math.floor(hours / 24);
  if (days < 14) return said(days === 1 ? "1 day" : `${days} days`);
  return new Date(then).getFullYear() === new Date(now).getFullYear() ? day.format(then) : dayOfYear.format(then);
}

/** How long something has been so: `for 12 min`, `for 3 days`, `since 20 Oct`. */
export function lasting(since: string, now: number): string {
  const told = relative(since, Math.max(now, Date.parse(since)));
  if (told === "just now") return "for less than a minute";
  return told.endsWith(" ago") ? `for ${told.replace(/ ago$/, "")}` : `since ${told}`;
}

/** `Mon, 23 Nov 2026, 10:42:05` in this computer's time. */
export function absolute(at: string): string {
  return exact.format(Date.parse(at));
}

/** `10:42` */
export function timeOfDay(at: string): string {
  return clock.format(Date.parse(at));
}

/** `10:42` today, else `22 Nov, 10:42`. */
export function moment(at: string, now: number): string {
  const then = new Date(at);
  const today = new Date(now);
  const time = clock.format(then);
  return then.toDateString() === today.toDateString() ? time : `${day.format(then)}, ${time}`;
}
