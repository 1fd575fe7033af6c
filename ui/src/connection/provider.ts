/** What is known of a connection's provider. */
import type { ConnectionRow, ProviderView } from "../ipc/types";
import { useRead } from "../ipc/cache";

type Known = { provider: ProviderView | undefined; error: Error | null };

/** The provider, once it has been read, or why it cannot be. */
export function useProvider({ connection }: Pick<ConnectionRow, "connection">): Known {
  const { data, error } = useRead("providers", []);
  return { provider: data?.find(({ id }) => id === connection.provider), error };
}

/** Why the CRM lacks a capability, where it does. */
export function reasonFor(provider: ProviderView, capability: string): string | undefined {
  return provider.unsupported.find((lacking) => lacking.capability === capability)?.reason;
}
