/** What a person sets about the app itself. */
import { PageHead } from "../kit/Panel";
import { AppearancePanel } from "./AppearancePanel";
import { AuditPanel } from "./AuditPanel";
import { DataPanel } from "./DataPanel";
import { NewsPanel } from "./NewsPanel";
import { PlatformPanel } from "./PlatformPanel";
import { ReportingPanel } from "./ReportingPanel";
import styles from "./Settings.module.css";

export function SettingsScreen() {
  return (
    <div className={styles.screen}>
      <PageHead title="Settings" />
      <PlatformPanel />
      <AppearancePanel />
      <NewsPanel />
      <ReportingPanel />
      <DataPanel />
      <AuditPanel />
    </div>
  );
}
