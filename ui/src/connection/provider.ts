/** What is known of a connection's provider. */
import type { ConnectionRow, ProviderView } from "../ipc/types";
import { useRead } from "../ipc/cache";

/** The provider, once it has been read. */
export function useProvider({ connection }: Pick<ConnectionRow, "connection">): ProviderView | undefined {
  const { data } = useRead("providers", []);
  return data?.find(({ id }) => id === connection.provider);
}

/** Why the CRM lacks a capability, where it does. */
export function reasonFor(provider: ProviderView, capability: string): string | undefined {
  return provider.unsupported.find((lacking) => lacking.capability === capability)?.reason;
}
