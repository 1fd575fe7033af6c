/** What runs in the page: elements by role and accessible name, as a screen reader has them. */
export const PAGE_SIDE = `
const ROLES = {
  button: "button, [role=button]",
  menuitem: "[role=menuitem]",
  link: "a[href], [role=link]",
  tab: "[role=tab]",
  textbox: "input:not([type]), input[type=text], input[type=password], input[type=url], input[type=search], textarea, [role=searchbox]",
  heading: "h1, h2, h3, [role=heading]",
  dialog: "[role=dialog], [role=alertdialog], dialog[open]",
  checkbox: "[role=checkbox], input[type=checkbox]",
  combobox: "[role=combobox], select",
  option: "[role=option]",
  progressbar: "[role=progressbar], progress",
  row: "[role=row], tr",
  switch: "[role=switch]",
  img: "[role=img]",
  alert: "[role=alert]",
  radio: "[role=radio], input[type=radio]",
};
const tidy = (text) => (text ?? "").replace(/\\s+/g, " ").trim();
function name(element) {
  const by = element.getAttribute("aria-labelledby");
  if (by) return tidy(by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" "));
  const label = element.getAttribute("aria-label");
  if (label) return tidy(label);
  if (element.labels?.length) return tidy(element.labels[0].textContent);
  return tidy(element.textContent) || tidy(element.getAttribute("placeholder")) || tidy(element.title);
}
const fits = (text, wanted) => wanted.pattern !== undefined ? new RegExp(wanted.pattern).test(text) : text === wanted.text;
const isShown = (element) => element.checkVisibility() && element.getClientRects().length > 0 && !element.closest("[aria-hidden=true], [inert]");
function find(role, wanted, within) {
  const root = within === null ? document : find("dialog", within, null) ?? find("row", within, null);
  if (root === null) return null;
  return [...root.querySelectorAll(ROLES[role])].find((element) => isShown(element) && fits(name(element), wanted)) ?? null;
}
const isBarred = (element) => element.disabled === true || element.getAttribute("aria-disabled") === "true";
function middle(element) {
  if (isBarred(element)) return null;
  element.scrollIntoView({ block: "nearest" });
  const box = element.getBoundingClientRect();
  const [x, y] = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
  const top = document.elementFromPoint(x, y);
  return element.contains(top) || top?.contains(element) && top.closest("label") ? { x, y } : null;
}
function sees(wanted) {
  const text = tidy(document.body.innerText);
  return wanted.pattern !== undefined ? new RegExp(wanted.pattern).test(text) : text.includes(wanted.text);
}
`;
