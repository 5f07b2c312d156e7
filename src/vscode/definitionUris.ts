import * as vscode from 'vscode';
import * as z from 'zod';
import { DEFINITION_SCHEME } from './definitionDocuments';
import { momentText } from './text';

const querySchema = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('backup'),
    /** The backup's file. */
    path: z.string(),
    id: z.string(),
    as: z.enum(['json', 'compose', 'portable']),
  }),
  /** An export, whole. */
  z.object({ of: z.literal('export'), path: z.string() }),
  z.object({ of: z.literal('live'), cluster: z.string(), id: z.string() }),
  /** The platform's settings before or after a change: short, and there is nothing to read the later ones from. */
  z.object({ of: z.literal('retention'), text: z.string() }),
  /** What a policy lets go of, planned anew where the plan that was shown is not at hand. */
  z.object({ of: z.literal('prune'), cluster: z.string() }),
  /** A configuration file as it will be. */
  z.object({ of: z.literal('config'), text: z.string() }),
  /** What is not there. */
  z.object({ of: z.literal('nothing') }),
]);

/** Which text a document holds. */
export type DefinitionQuery = z.infer<typeof querySchema>;

/** @param title what stands on the tab, without the ending */
export function definitionUri(title: string, query: DefinitionQuery): vscode.Uri {
  const ending = endingOf(query);
  return vscode.Uri.from({
    scheme: DEFINITION_SCHEME,
    // One part: the tab shows the last one only. A slash of another kind stands for those of the title.
    path: `/${title.replaceAll('/', '∕')}.${ending}`,
    query: JSON.stringify(query),
  });
}

function endingOf(query: DefinitionQuery): string {
  if (query.of === 'config') return 'jsonc';
  if (query.of === 'prune') return 'txt';
  return 'as' in query && query.as === 'compose' ? 'yaml' : 'json';
}

/** Undefined for an address that was not made here. */
export function parseDefinitionUri(uri: vscode.Uri): DefinitionQuery | undefined {
  try {
    return querySchema.parse(JSON.parse(uri.query));
  } catch {
    return undefined;
  }
}

/** `service/web_api` → `web_api`; `volume/node1/data` → `data on node1`; `marathonApp//shop/web` → `/shop/web`. */
export function nameOf(id: string): string {
  const [kind, ...parts] = id.split('/');
  // A path of its own: nothing is on anything.
  if (parts[0] === '' && parts.length > 1) return parts.join('/');
  return parts.length === 0 ? (kind ?? id) : parts.reverse().join(' on ');
}

/** `web_api (backup of 3 May 10:00)`. @param word what it is in: "export" */
export function backupTitle(id: string, created: string | undefined, word = 'backup'): string {
  const when = created === undefined ? '' : ` of ${momentText(created, new Date())}`;
  return `${nameOf(id)} (${word}${when})`;
}
