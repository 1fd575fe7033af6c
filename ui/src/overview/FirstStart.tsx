/** Nothing is connected yet: what will happen, the CRMs, and a way to see it all without an account. */
import { useState } from "react";

import { useActions } from "../app/actions";
import { ProviderTiles } from "../connect/ProviderTiles";
import { useRead } from "../ipc/cache";
import { Button } from "../kit/Button";
import { Ended } from "./Ended";
import styles from "./Overview.module.css";

export function FirstStart() {
  const { data: info } = useRead("appInfo", []);
  const actions = useActions();
  const [opening, setOpening] = useState(false);
  const isSandbox = info?.dataSet === "sandbox";
  const enter = async () => {
    setOpening(true);
    await actions.openData("sandbox");
    setOpening(false);
  };
  return (
    <div className={styles.welcome}>
      <header>
        <h1 id="page-title" tabIndex={-1}>
          {isSandbox ? "The sandbox is open" : info?.firstStart === true ? "Welcome to NurtureHub Connect" : "No connections yet"}
        </h1>
        <p className={styles.intro}>
          {isSandbox
            ? "Pick a CRM: its form is filled in already. Connect it, run the first sync, look at what would be sent, and send it. Everything and everybody in it is simulated on this computer."
            : "Connect your CRM, and its contacts are copied to this computer, encrypted. You then see what would be sent to NurtureHub, field by field. Nothing is sent until you say so."}
        </p>
      </header>
      {info && !isSandbox && (
        <section className={styles.try} aria-labelledby="try">
          <div className={styles.tryText}>
            <h2 id="try">See the whole job in a minute</h2>
            <p>
              The built-in sandbox simulates the CRMs, their people and NurtureHub on this computer. It needs no account
              and no network, and keeps its data apart from yours.
            </p>
          </div>
          <Button look="primary" icon="flask" busy={opening} onClick={() => void enter()}>
            Try it with the built-in sandbox
          </Button>
        </section>
      )}
      <section aria-labelledby="crms">
        <h2 id="crms">{isSandbox ? "Pick a CRM to try" : "Or connect your CRM"}</h2>
        <ProviderTiles />
      </section>
      <Ended />
    </div>
  );
}
