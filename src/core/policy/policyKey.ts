/**
 * Tells clusters apart where policies are carried out: the same for the agent, the editor and the command line, so
 * that all of them mean the same moments.
 *
 * @param cluster `vault`: the absolute folder of its vault
 */
export function policyKey({ vault, name }: { vault: string; name: string }): string {
  return JSON.stringify([vault, name]);
}
