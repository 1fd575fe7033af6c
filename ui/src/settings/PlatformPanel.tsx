/** Where contacts are pushed to. */
import { useState, type SubmitEvent } from "react";

import { useActions } from "../app/actions";
import type { PlatformView } from "../ipc/types";
import { useRead } from "../ipc/cache";
import { Button } from "../kit/Button";
import { TextField } from "../kit/Field";
import { Panel } from "../kit/Panel";
import { Status } from "../kit/Status";
import { tell } from "../kit/Toasts";
import styles from "./Settings.module.css";
import { Unread } from "./Unread";

export function PlatformPanel() {
  const { data, error } = useRead("platform", []);
  if (!data) return <Unread title="NurtureHub" sub="Where contacts are pushed to" height="form" error={error} />;
  return <Form key={data.url} platform={data} />;
}

function Form({ platform }: { platform: PlatformView }) {
  const actions = useActions();
  const [url, setUrl] = useState(platform.url ?? "");
  const [token, setToken] = useState("");
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const saved = await actions.perform("setPlatform", url.trim(), token);
    setToken("");
    if (saved) tell({ title: "The platform is set", tone: "ok", icon: "healthy" });
  };
  const isSet = platform.url !== null && platform.tokenStored;
  return (
    <Panel
      title="NurtureHub"
      sub="Where contacts are pushed to"
      actions={
        <Status tone={isSet ? "ok" : "warn"} icon={isSet ? "healthy" : "warning"} plain>
          {isSet ? "Set" : "Not set"}
        </Status>
      }
    >
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <TextField label="Address" help="NurtureHub’s support gives it to your agency." type="url" value={url} onChange={setUrl} />
        <TextField
          label="Token"
          help={platform.tokenStored ? "One is kept in the keychain. Typing another replaces it." : "Made on NurtureHub under Settings, Access tokens."}
          type="password"
          value={token}
          placeholder={platform.tokenStored ? "Kept; never shown" : undefined}
          onChange={setToken}
        />
        <div>
          <Button type="submit" disabled={url.trim() === "" || token.trim() === ""}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}
