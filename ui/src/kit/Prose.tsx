/** A sentence in which names stand in backquotes, as the engine writes it. What is no name is set with the
 *  apostrophes of print, as all other text of the app is. */

export function Prose({ text }: { text: string }) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part.replaceAll("'", "’")));
}
