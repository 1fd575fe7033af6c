/** Failures of commands, in the one form that screens show. */
import type { ErrorReport, Result } from "./types";

/** A command that answered with an error report. */
export class CommandFailure extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.message);
    this.name = "CommandFailure";
    this.report = report;
  }
}

/** The data of an answer. Throws `CommandFailure` for an error of any form: the shell rejects what
 *  it does not let through (an unknown command, a bad argument) with a plain text. */
export async function unwrap<T>(answer: Promise<Result<T>>): Promise<T> {
  let result: Result<T>;
  try {
    result = await answer;
  } catch (error) {
    throw new CommandFailure(reportOf(error));
  }
  if (result.status === "ok") return result.data;
  throw new CommandFailure(reportOf(result.error));
}

/** Any error as a report. What is no report is a mistake of ours. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof CommandFailure) return error.report;
  if (isReport(error)) return error;
  const message = error instanceof Error ? error.message : typeof error === "string" ? error : "";
  return {
    kind: "internal",
    title: "Something went wrong in NurtureHub Connect",
    message: message === "" ? "The app gave no reason." : message,
    remedy: "Try it again. If it lasts, hand a diagnostic bundle to support.",
    owner: "nurturehub",
    retryable: false,
    detail: {},
  };
}

function isReport(error: unknown): error is ErrorReport {
  return (
    typeof error === "object" && error !== null && "kind" in error && "title" in error && "remedy" in error
  );
}
