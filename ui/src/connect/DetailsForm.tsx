/** The first fields, which every CRM has, and the CRM's own. */
import type { ProviderView, StringMap } from "../ipc/types";
import { TextField } from "../kit/Field";
import type { Answers } from "./form";
import { ProviderFields } from "./ProviderFields";

type Props = {
  provider: ProviderView;
  secretsHeld: string[];
  name: string;
  tenant: string;
  tenantWrong: string | undefined;
  answers: Answers;
  wrong: StringMap;
  onName: (name: string) => void;
  onTenant: (tenant: string) => void;
  onAnswer: (key: string, value: string) => void;
};

export function DetailsForm(props: Props) {
  return (
    <>
      <TextField
        label="Name"
        help="What you and your colleagues call this connection, such as the branch."
        optional
        value={props.name}
        onChange={props.onName}
      />
      <TextField
        label="Agency on NurtureHub"
        help="The agency’s id on the platform; it stands in the address of its NurtureHub page."
        error={props.tenantWrong}
        value={props.tenant}
        onChange={props.onTenant}
      />
      <ProviderFields
        provider={props.provider}
        answers={props.answers}
        wrong={props.wrong}
        secretsHeld={props.secretsHeld}
        onChange={props.onAnswer}
      />
    </>
  );
}
