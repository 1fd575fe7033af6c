/** What stands where a screen broke: the rest of the app goes on. */
import { Component, type ReactNode } from "react";

import { reportOf } from "../ipc/failure";
import { Button } from "../kit/Button";
import { ErrorNotice } from "../kit/Notice";
import { PageHead } from "../kit/Panel";
import styles from "./Shell.module.css";

type Props = {
  /** The connection whose screen it is. */
  connection?: string | undefined;
  children: ReactNode;
};

export class Mishap extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <div className={styles.mishap}>
        <PageHead title="This screen broke" />
        <ErrorNotice
          report={reportOf(this.state.error)}
          connection={this.props.connection}
          actions={<Button onClick={() => this.setState({ error: null })}>Show it again</Button>}
        />
      </div>
    );
  }
}
