/** The shell's types, as generated, and the names by which the screens know some of them. */
import type { ActivityState, ErrorReport, Value, VerifyStepReport } from "./bindings";

export type * from "./bindings";

export type StringMap = Record<string, string>;
export type Json = Value;
export type VerifyStep = VerifyStepReport;
export type WriteBackState = ActivityState;
export type Result<T> = { status: "ok"; data: T } | { status: "error"; error: ErrorReport };
export type Unlisten = () => void;
