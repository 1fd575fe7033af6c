/** Ctrl/Cmd+K: every connection and everything that can be done, by a few letters. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { useId, useState, type KeyboardEvent } from "react";

import { useRead, type CommandName } from "../ipc/cache";
import dialog from "../kit/Dialog.module.css";
import { Icon, type IconName } from "../kit/Icon";
import { useActions } from "./actions";
import styles from "./Palette.module.css";
import { matching, useEntries } from "./paletteEntries";

type Props = { open: boolean; onClose: () => void; onShortcuts: () => void };

export type Entry = {
  id: string;
  icon: IconName;
  title: string;
  hint: string;
  /** The commands that it sends, or that are sent from the place to which it goes. */
  leadsTo?: readonly CommandName[];
  run: () => void;
};

export function Palette({ open, onClose, onShortcuts }: Props) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={dialog.scrim} />
        <Base.Popup className={styles.palette} aria-label="Find or do">
          {open && <Finder onClose={onClose} onShortcuts={onShortcuts} />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Finder({ onClose, onShortcuts }: Omit<Props, "open">) {
  const id = useId();
  const { data: rows } = useRead("overview", []);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const entries = matching(useEntries(rows ?? [], useActions(), onShortcuts), text);
  const current = Math.min(chosen, entries.length - 1);

  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: entries.length - 1 };
    const next = steps[event.key];
    if (event.key === "Enter") run(entries[current]);
    else if (next === undefined) return;
    else setChosen((next + entries.length) % Math.max(1, entries.length));
    event.preventDefault();
  };
  return (
    <>
      <div className={styles.line}>
        <Icon name="search" />
        <input
          // The palette is opened to type into it.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-label="Find or do"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={entries[current] ? `${id}-${current}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="A connection, a screen, or something to do"
          value={text}
          className={styles.input}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Results" className={styles.list}>
        {entries.map((entry, index) => (
          // The keys are the input's: it stays focused and points at the option.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={entry.id}
            id={`${id}-${index}`}
            ref={index === current ? keepInView : undefined}
            role="option"
            aria-selected={index === current}
            className={styles.option}
            onPointerMove={() => setChosen(index)}
            onClick={() => run(entry)}
          >
            <Icon name={entry.icon} />
            <span className={styles.title}>{entry.title}</span>
            <span className={styles.hint}>{entry.hint}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className={styles.none}>Nothing goes by that name.</p>}
    </>
  );
}

function keepInView(element: HTMLElement | null) {
  element?.scrollIntoView({ block: "nearest" });
}
