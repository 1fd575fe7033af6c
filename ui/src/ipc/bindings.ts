// Commands and events of the desktop shell, in the form that its generator writes. The shapes are
// the engine's JSON; where the engine has none, the comment says what the shell composes.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

/* Commands */

export const commands = {
  /** What this app is and which data it has open. */
  appInfo: () => typed<AppInfo>(invoke("app_info")),
  /** What the person chose about the app itself. */
  preferences: () => typed<Preferences>(invoke("preferences")),
  setPreferences: (preferences: Preferences) => typed<Preferences>(invoke("set_preferences", { preferences })),
  /** Closes one data folder and opens the other: real and sandbox data never share a database. */
  openDataSet: (dataSet: DataSet) => typed<AppInfo>(invoke("open_data_set", { dataSet })),
  /** Opens an address of a provider's documents in the system browser. */
  openDocumentation: (provider: string) => typed<null>(invoke("open_documentation", { provider })),
  /** Lets the person pick a file; none where they think better of it. */
  chooseFile: (title: string) => typed<string | null>(invoke("choose_file", { title })),

  providers: () => typed<ProviderView[]>(invoke("providers")),
  /** Every connection with its health and counts, those that need somebody first. */
  overview: () => typed<ConnectionRow[]>(invoke("overview")),
  connection: (connection: string) => typed<ConnectionRow>(invoke("connection", { connection })),
  /** Runs that are under way now; their news come as `runProgress`. */
  running: () => typed<RunProgress[]>(invoke("running")),

  /** What a form starts with. In the sandbox it is all there, its secrets held by the shell. */
  connectDefaults: (provider: string) => typed<ConnectDefaults>(invoke("connect_defaults", { provider })),
  /** Ends when the sign-in has ended; `signInPrompt` says meanwhile where the browser was sent. */
  connect: (request: ConnectRequest) => typed<ConnectionView>(invoke("connect", { request })),
  reauthorize: (connection: string, settings: StringMap, secrets: StringMap) =>
    typed<ConnectionView>(invoke("reauthorize", { connection, settings, secrets })),
  openSignInAgain: () => typed<null>(invoke("open_sign_in_again")),
  /** Takes the address on which a browser on another computer has ended. */
  pasteSignInAddress: (address: string) => typed<null>(invoke("paste_sign_in_address", { address })),
  cancelSignIn: () => typed<null>(invoke("cancel_sign_in")),
  renameConnection: (connection: string, name: string) =>
    typed<ConnectionView>(invoke("rename_connection", { connection, name })),
  pause: (connection: string) => typed<ConnectionView>(invoke("pause", { connection })),
  resume: (connection: string) => typed<ConnectionView>(invoke("resume", { connection })),
  disconnect: (connection: string, purge: boolean) => typed<null>(invoke("disconnect", { connection, purge })),
  setSchedule: (connection: string, everyMinutes: number | null) =>
    typed<Schedule>(invoke("set_schedule", { connection, everyMinutes })),

  verify: (connection: string) => typed<VerifyReport>(invoke("verify", { connection })),
  sync: (connection: string, options: SyncOptions) => typed<SyncReport>(invoke("sync", { connection, options })),
  push: (connection: string, only: string[]) => typed<PushReport>(invoke("push", { connection, only })),
  cancel: (connection: string) => typed<null>(invoke("cancel", { connection })),

  runs: (connection: string, limit: number, offset: number) =>
    typed<RunList>(invoke("runs", { connection, limit, offset })),
  run: (runId: string) => typed<RunDetail>(invoke("run", { runId })),
  contacts: (connection: string, query: ContactQuery) => typed<ContactList>(invoke("contacts", { connection, query })),
  contact: (connection: string, externalId: string) =>
    typed<ContactDetail>(invoke("contact", { connection, externalId })),
  preview: (connection: string, kind: ChangeKind | null, limit: number, offset: number) =>
    typed<PreviewPage>(invoke("preview", { connection, kind, limit, offset })),

  activities: (connection: string, state: WriteBackState | null, limit: number, offset: number) =>
    typed<ActivityList>(invoke("activities", { connection, state, limit, offset })),
  pullActivities: (connection: string) => typed<WriteBackReport>(invoke("pull_activities", { connection })),
  retryActivities: (connection: string, ids: string[]) =>
    typed<WriteBackReport>(invoke("retry_activities", { connection, ids })),

  webhooks: (connection: string, limit: number, offset: number) =>
    typed<WebhookPage>(invoke("webhooks", { connection, limit, offset })),
  startReceiver: (connection: string) => typed<Receiver>(invoke("start_receiver", { connection })),
  stopReceiver: (connection: string) => typed<null>(invoke("stop_receiver", { connection })),
  replayWebhooks: (connection: string, delivery: string | null) =>
    typed<ReplayReport>(invoke("replay_webhooks", { connection, delivery })),
  testWebhook: (connection: string, body: string, headers: [string, string][], checkSignature: boolean) =>
    typed<WebhookReport>(invoke("test_webhook", { connection, body, headers, checkSignature })),

  platform: () => typed<PlatformView>(invoke("platform")),
  setPlatform: (url: string, token: string) => typed<PlatformView>(invoke("set_platform", { url, token })),

  /** Puts a bundle together, unsaved, so that a person can read the list of its contents first. */
  prepareBundle: (connection: string, runId: string | null) =>
    typed<BundleDraft>(invoke("prepare_bundle", { connection, runId })),
  /** Asks where to, then writes; none where the person thinks better of it. */
  saveBundle: (draft: string) => typed<string | null>(invoke("save_bundle", { draft })),
  /** Asks which, then reads; none where the person thinks better of it. */
  openBundle: () => typed<BundleView | null>(invoke("open_bundle")),
  replayBundle: (file: string) => typed<BundleReplay>(invoke("replay_bundle", { file })),
};

/* Events */

export const events = {
  /** How far a run has come. The last one of a run has `phase: "ended"`. */
  runProgress: made<RunProgress>("run-progress"),
  /** A step of a verification has ended. */
  verifyProgress: made<VerifyProgress>("verify-progress"),
  /** The browser was sent to this address. */
  signInPrompt: made<SignInPrompt>("sign-in-prompt"),
  /** What the tags name has changed, here or in another process. */
  dataChanged: made<DataChanged>("data-changed"),
};

/* Constants */

/** Which data a command reads and which it changes, so that nobody keeps the cache by hand. */
export const CACHE_TAGS: { [command in keyof typeof commands]?: { provides?: Tag[]; invalidates?: Tag[] } } = {
  appInfo: { provides: ["app"] },
  preferences: { provides: ["app"] },
  setPreferences: { invalidates: ["app"] },
  openDataSet: { invalidates: ["app", "connections", "runs", "contacts", "changes", "activities", "webhooks", "platform"] },
  providers: { provides: ["app"] },
  overview: { provides: ["connections"] },
  connection: { provides: ["connections"] },
  connectDefaults: { provides: ["platform"] },
  connect: { invalidates: ["connections"] },
  reauthorize: { invalidates: ["connections", "runs"] },
  renameConnection: { invalidates: ["connections"] },
  pause: { invalidates: ["connections"] },
  resume: { invalidates: ["connections"] },
  disconnect: { invalidates: ["connections", "contacts", "changes"] },
  setSchedule: { invalidates: ["connections"] },
  verify: { invalidates: ["connections", "runs"] },
  sync: { invalidates: ["connections", "runs", "contacts", "changes"] },
  push: { invalidates: ["connections", "runs", "contacts", "changes"] },
  runs: { provides: ["runs"] },
  run: { provides: ["runs"] },
  contacts: { provides: ["contacts"] },
  contact: { provides: ["contacts"] },
  preview: { provides: ["changes"] },
  activities: { provides: ["activities"] },
  pullActivities: { invalidates: ["activities", "runs"] },
  retryActivities: { invalidates: ["activities", "runs"] },
  webhooks: { provides: ["webhooks"] },
  startReceiver: { invalidates: ["webhooks"] },
  stopReceiver: { invalidates: ["webhooks"] },
  replayWebhooks: { invalidates: ["webhooks", "runs", "contacts", "changes"] },
  testWebhook: { invalidates: ["webhooks", "runs", "contacts", "changes"] },
  platform: { provides: ["platform"] },
  setPlatform: { invalidates: ["platform"] },
};

/* Types: the app */

export type Tag =
  | "app" | "connections" | "runs" | "contacts" | "changes" | "activities" | "webhooks" | "platform";
export type DataSet = "real" | "sandbox";
export type StringMap = { [key in string]: string };
export type Json = null | boolean | number | string | Json[] | { [key in string]: Json };
export type AppInfo = { version: string; dataSet: DataSet; dataFolder: string; vault: string; firstStart: boolean };
export type Preferences = {
  theme: "system" | "light" | "dark";
  /** Percent. */
  textSize: number;
  notifications: boolean;
  /** Closing the window leaves the app in the tray, so that schedules go on. */
  stayInTray: boolean;
};
export type DataChanged = { tags: Tag[]; connection: string | null };
export type PlatformView = { url: string | null; tokenStored: boolean };

/* Types: errors */

export type Owner = "agency" | "crm" | "nurturehub" | "support";
export type ErrorReport = {
  /** One of the closed list of error kinds. */
  kind: string;
  title: string;
  message: string;
  remedy: string;
  owner: Owner;
  retryable: boolean;
  detail: Json;
};

/* Types: providers and connecting */

export type SettingKind =
  | { kind: "text" } | { kind: "url" } | { kind: "integer"; min: number; max: number }
  | { kind: "boolean" } | { kind: "choice"; values: string[] } | { kind: "file" };
export type Field = {
  key: string;
  label: string;
  help: string;
  secret: boolean;
  required: boolean;
  default?: string | null;
  setting: SettingKind;
  onlyWhen?: [string, string] | null;
  advanced: boolean;
};
export type Capabilities = {
  changedSince: boolean;
  listsRemoved: boolean;
  total: boolean;
  activityWriteBack: string[];
  webhooks: boolean;
  consent: boolean;
  assignment: boolean;
};
export type Unsupported = { capability: string; reason: string };
export type SignInMethod = { value: string; kind: "authorizationCode" | "clientCredentials" | "staticSecret" };
export type ProviderView = {
  id: string;
  name: string;
  auth: string;
  /** Which setting picks a way to sign in, and the ways; the first is the default. */
  signIn: { chosenBy?: string | null; methods: SignInMethod[] };
  fields: Field[];
  capabilities: Capabilities;
  unsupported: Unsupported[];
  documentation: string;
  notice?: string | null;
  unconfirmed?: string | null;
};
export type ConnectDefaults = {
  tenant: string | null;
  name: string | null;
  settings: StringMap;
  /** Secrets that the shell puts in by itself where they are left empty. */
  secretsHeld: string[];
};
export type ConnectRequest = {
  provider: string;
  tenant: string;
  name: string | null;
  settings: StringMap;
  secrets: StringMap;
};
export type SignInPrompt = { url: string; until: string };
export type ConnectionView = {
  id: string;
  provider: string;
  tenant: string;
  name: string;
  reference?: string | null;
  settings: StringMap;
  cursor?: string | null;
  createdAt: string;
  pausedAt?: string | null;
  disconnectedAt?: string | null;
};

/* Types: health */

export type State =
  | "needsReauth" | "actionNeeded" | "paused" | "failing" | "degraded" | "stale" | "expiring" | "new" | "healthy";
export type Issue = { kind: string; title: string; remedy: string; owner: Owner; openedAt: string };
export type Health = {
  state: State;
  activity: "idle" | "queued" | "running" | "waiting" | "cancelling";
  since: string;
  lastSyncedAt?: string | null;
  lastVerifiedAt?: string | null;
  lastErrorAt?: string | null;
  lastErrorMessage?: string | null;
  lastErrorKind?: string | null;
  failureStreak: number;
  staleAfter: string;
  tokenExpires?: { at: string; why: string } | null;
  quota?: { limit: number; used: number; resetsAt: string } | null;
  issues: Issue[];
};
export type Schedule = { everyMinutes: number | null; nextAt: string | null };
/** A connection with all that a list of them shows. Composed by the shell. */
export type ConnectionRow = {
  connection: ConnectionView;
  providerName: string;
  health: Health;
  contacts: number;
  pending: PendingCounts;
  schedule: Schedule;
  /** Syncs of the last 14 days, oldest first, 60 at most. */
  recent: RunPoint[];
  /** What the last sync was in doubt about, until a later one is not. */
  doubt: Doubt | null;
  unconfirmed: string | null;
};

/* Types: runs */

export type RunKind = "sync" | "push" | "verify" | "writeBack" | "webhook";
export type RunStatus = "running" | "succeeded" | "partial" | "failed" | "cancelled" | "interrupted";
export type RunProgress = {
  connection: string;
  kind: RunKind;
  phase: "queued" | "running" | "waiting" | "cancelling" | "ended";
  startedAt: string;
  pages: number;
  done: number;
  total: number | null;
  perSecond: number | null;
  secondsLeft: number | null;
  /** For `waiting`: until when, and for what. */
  waitingUntil: string | null;
  waitingWhy: string | null;
};
export type RunPoint = {
  runId: string;
  status: RunStatus;
  startedAt: string;
  durationMs: number;
  created: number;
  updated: number;
  unchanged: number;
  removed: number;
  rejected: number;
};
export type RunSummary = {
  runId: string;
  kind: RunKind;
  status: RunStatus;
  startedAt: string;
  endedAt?: string | null;
  contacts: number;
  errorKind?: string | null;
};
export type RunList = { total: number; runs: RunSummary[] };
export type TraceEntry = {
  method: string;
  pathTemplate: string;
  host: string;
  status: number | null;
  startedAt: string;
  durationMs: number;
  attempt: number;
  bytes: number;
  requestId: string | null;
  errorKind: string | null;
  limitHeaders: [string, string][];
  throttledMs: number;
};
/** `report` is what the use case reported: a `SyncReport`, `PushReport` or `VerifyReport`, with an
 *  `error` where it failed. */
export type RunDetail = RunSummary & { report: Json; requests: TraceEntry[] };
export type SyncOptions = { full: boolean; confirmRemovals: boolean };
export type Doubt = {
  reason: "incompleteListing" | "zeroRecords" | "totalDropped" | "manyRemovals";
  message: string;
  held: number;
};
export type Proof = {
  sourceTotal?: number | null;
  listed: number;
  stored: number;
  created: number;
  updated: number;
  unchanged: number;
  removed: number;
  rejected: number;
  repeated: number;
  addsUp: boolean;
  shortBy?: number | null;
};
export type SyncReport = {
  runId: string;
  mode: "full" | "incremental";
  status: RunStatus;
  resumed: boolean;
  pages: number;
  requests: number;
  fetched: number;
  created: number;
  updated: number;
  unchanged: number;
  removed: number;
  missing: number;
  rejected: number;
  inDoubt?: Doubt | null;
  proof: Proof;
  durationMs: number;
  spent: { waitingMs: number; throttledMs: number; mappingMs: number; storingMs: number };
  unconfirmed?: string | null;
};
export type StepName =
  | "configuration" | "credentials" | "dns" | "connect" | "tls" | "authenticate" | "permissions" | "readContact";
export type VerifyStep = {
  step: StepName;
  status: "passed" | "failed" | "skipped";
  detail: string;
  durationMs: number;
  remedy?: string | null;
  error?: ErrorReport | null;
};
export type VerifyReport = { ok: boolean; steps: VerifyStep[]; unconfirmed?: string | null };
export type VerifyProgress = { connection: string; step: VerifyStep };

/* Types: contacts and changes */

export type Category =
  | "buyer" | "tenantApplicant" | "vendor" | "landlord" | "tenant" | "lead" | "supplier" | "company" | "other";
export type ConsentState = "granted" | "denied" | "unknown";
export type Lifecycle = "active" | "archived" | "deleted";
export type Party = { id: string; name?: string | null; email?: string | null };
export type Contact = {
  id: string;
  identity: {
    title?: string | null;
    firstName?: string | null;
    lastName?: string | null;
    fullName: string;
    companyName?: string | null;
  };
  emails: { address: string; label?: string | null; primary: boolean; valid: boolean }[];
  phones: { e164?: string | null; raw: string; label?: string | null; primary: boolean }[];
  addresses: {
    lines: string[];
    town?: string | null;
    county?: string | null;
    postcode?: string | null;
    country?: string | null;
    primary: boolean;
  }[];
  category: Category;
  categories?: Category[];
  consent: {
    email: ConsentState;
    sms: ConsentState;
    phone: ConsentState;
    post: ConsentState;
    updatedAt?: string | null;
  };
  assignment: { negotiator?: Party | null; office?: Party | null };
  lifecycle: Lifecycle;
  tags: string[];
  attributes: { [key in string]: Json };
  provenance: {
    provider: string;
    connectionId: string;
    externalId: string;
    externalType: string;
    externalUrl?: string | null;
    createdAt?: string | null;
    updatedAt?: string | null;
    fetchedAt: string;
    contentHash: string;
  };
};
export type ChangeKind = "create" | "update" | "archive" | "unchanged" | "blocked";
export type PendingCounts = { [kind in ChangeKind]: number };
export type ContactQuery = {
  search: string | null;
  category: Category | null;
  lifecycle: Lifecycle | null;
  /** Consent to e-mail. */
  consent: ConsentState | null;
  change: ChangeKind | null;
  withIssues: boolean;
  limit: number;
  offset: number;
};
export type ContactList = { total: number; contacts: Contact[] };
export type Blocked = { code: string; message: string; field?: string | null };
export type PushedOnce = { at: string; runId: string; accepted: boolean; code: string | null; message: string | null };
export type ContactDetail = {
  contact: Contact;
  raw: Json;
  lineage: { field: string; from: string }[];
  issues: { code: string; field: string; message: string }[];
  change: ChangeKind;
  blockedBy?: Blocked | null;
  /** When it was sent and what came of it, newest first. */
  pushes: PushedOnce[];
};
export type FieldChange = { field: string; before: Json; after: Json };
export type ChangeView = {
  externalId: string;
  /** The contact's name, to know it by. */
  fullName: string;
  kind: ChangeKind;
  fields: FieldChange[];
  blockedBy?: Blocked | null;
};
export type PreviewPage = { summary: PendingCounts; changes: ChangeView[]; unconfirmed?: string | null };
export type PushRejection = { externalId: string; code: string; message: string };
export type PushReport = {
  runId: string;
  status: RunStatus;
  sent: number;
  accepted: number;
  rejected: number;
  unchanged: number;
  rejections: PushRejection[];
  unconfirmed?: string | null;
};

/* Types: activity and webhooks */

export type WriteBackState = "waiting" | "written" | "rejected" | "unsupported";
export type ActivityRow = {
  id: string;
  kind: string;
  subject: string | null;
  contact: string;
  occurredAt: string;
  state: WriteBackState;
  at: string;
  attempts: number;
  nextAttemptAt: string | null;
  reference: string | null;
  error: ErrorReport | null;
};
export type ActivityList = {
  total: number;
  counts: { [state in WriteBackState]: number };
  activities: ActivityRow[];
};
export type WriteBackReport = {
  results: {
    id: string;
    status: "written" | "duplicate" | "rejected" | "unsupported";
    reference?: string | null;
    error?: ErrorReport | null;
  }[];
};
export type Receiver = { listening: boolean; address: string; since: string | null };
export type DeliveryView = {
  /** The key under which it is kept. */
  key: string;
  topic: string;
  occurredAt: string | null;
  receivedAt: string;
  outcome: "accepted" | "duplicate" | "refused" | "failed";
  contacts: number;
  activities: number;
  ignored: string | null;
  error: ErrorReport | null;
  /** The body as it came, personal data and all: it is this agency's own. */
  body: string;
};
export type WebhookPage = { receiver: Receiver; total: number; deliveries: DeliveryView[] };
export type WebhookReport = {
  accepted: boolean;
  duplicate: boolean;
  event: string;
  contacts: number;
  activities: number;
  ignored?: string | null;
};
export type ReplayReport = {
  results: { delivery: string; receivedAt: string; accepted?: boolean; error?: ErrorReport | null }[];
};

/* Types: support */

/** A file within a bundle. */
export type BundleEntry = { path: string; bytes: number; what: string };
export type BundleManifest = {
  format: number;
  createdAt: string;
  connection: string;
  provider: string;
  runId?: string | null;
  /** What was done about secrets and personal data. */
  masked: string;
  contents: BundleEntry[];
};
/** A bundle that is not saved yet. With `replayable`, the run's recorded exchange is in it. */
export type BundleDraft = { id: string; manifest: BundleManifest; replayable: boolean };
export type BundleView = {
  file: string;
  exportedAt: string;
  appVersion: string;
  system: string;
  connection: string;
  providerName: string;
  health: Health;
  runs: RunSummary[];
  /** The run that the bundle is about, with its requests. */
  run: RunDetail | null;
  exchanges: number;
  manifest: BundleManifest;
};
export type BundleReplay = {
  /** The replay ended in the same error kind as the recording. */
  same: boolean;
  recordedKind: string | null;
  replayedKind: string | null;
  error: ErrorReport | null;
  requests: TraceEntry[];
};

/* How it is done */

export type Result<T> = { status: "ok"; data: T } | { status: "error"; error: ErrorReport };
export type Unlisten = () => void;

async function typed<T>(answer: Promise<T>): Promise<Result<T>> {
  try {
    return { status: "ok", data: await answer };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { status: "error", error: error as ErrorReport };
  }
}

function made<T>(name: string) {
  return {
    listen: (handler: (event: { payload: T }) => void): Promise<Unlisten> => listen<T>(name, handler),
  };
}
