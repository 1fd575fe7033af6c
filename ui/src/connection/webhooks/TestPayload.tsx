/** Pasting a payload to see what would be made of it. */
import { useState } from "react";

import { useActions } from "../../app/actions";
import type { ErrorReport, WebhookReport } from "../../ipc/types";
import { reportOf } from "../../ipc/failure";
import { Button } from "../../kit/Button";
import { Dialog } from "../../kit/Dialog";
import { SwitchField, TextArea } from "../../kit/Field";
import { counted } from "../../kit/figures";
import { ErrorNotice, Notice } from "../../kit/Notice";

type Props = { connection: string; open: boolean; onClose: () => void };

export function TestPayload({ connection, open, onClose }: Props) {
  const actions = useActions();
  const [body, setBody] = useState("");
  const [headers, setHeaders] = useState("");
  const [checked, setChecked] = useState(true);
  const [outcome, setOutcome] = useState<WebhookReport | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const test = async () => {
    setOutcome(null);
    setError(null);
    try {
      setOutcome(await actions.attempt("testWebhook", connection, body, parseHeaders(headers), checked));
    } catch (failure) {
      setError(reportOf(failure));
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      wide
      title="Test a payload"
      description="It is dealt with as if the CRM had sent it: contacts that it brings are stored."
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" disabled={body.trim() === ""} onClick={() => void test()}>
            Take it in
          </Button>
        </>
      }
    >
      <TextArea label="Payload" help="The body, byte for byte: a signature covers it as it is." value={body} onChange={setBody} />
      <TextArea label="Headers" help="One on a line, such as `x-signature: abc`." value={headers} onChange={setHeaders} rows={3} style={{ minHeight: "4.5rem" }} />
      <SwitchField
        label="Check the signature"
        help="Switch it off only for a payload that you trust. It is written to the audit log."
        checked={checked}
        onChange={setChecked}
      />
      {error && <ErrorNotice report={error} connection={connection} />}
      {outcome && (
        <Notice tone="ok" icon="healthy" title={outcome.duplicate ? "It had come before; nothing was done again" : `Taken in: ${outcome.event}`}>
          {outcome.ignored ?? `${counted(outcome.contacts, "contact")} and ${counted(outcome.activities, "activity", "activities")}.`}
        </Notice>
      )}
    </Dialog>
  );
}

/** `name: value` on each line. What is no header is left out. */
function parseHeaders(text: string): [string, string][] {
  return text.split("\n").flatMap((line): [string, string][] => {
    const at = line.indexOf(":");
    return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
  });
}
