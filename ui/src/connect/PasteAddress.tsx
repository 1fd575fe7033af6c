/** For a browser on another computer, which cannot reach this one: the address on which it ended. */
import { useState } from "react";

import { useActions } from "../app/actions";
import { reportOf } from "../ipc/failure";
import { Button } from "../kit/Button";
import { TextField } from "../kit/Field";
import { Icon } from "../kit/Icon";
import styles from "./Connect.module.css";

export function PasteAddress() {
  const actions = useActions();
  const [open, setOpen] = useState(false);
  const [address, setAddress] = useState("");
  const [wrong, setWrong] = useState<string>();
  const use = async () => {
    setWrong(undefined);
    try {
      await actions.attempt("pasteSignInAddress", address.trim());
    } catch (failure) {
      const { message, remedy } = reportOf(failure);
      setWrong(`${message} ${remedy}`);
    }
  };
  return (
    <div className={styles.elsewhere}>
      <button type="button" aria-expanded={open} className={styles.fold} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} size={14} />
        I signed in on another computer
      </button>
      {open && (
        <TextField
          label="Address that the browser ended on"
          help="Its page may say that it cannot be reached. Copy the whole address and paste it here."
          value={address}
          error={wrong}
          onChange={setAddress}
          after={
            <Button disabled={address.trim() === ""} onClick={() => void use()}>
              Use it
            </Button>
          }
        />
      )}
    </div>
  );
}
