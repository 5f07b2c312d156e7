import * as z from 'zod';
import { policySchema } from '../core/config/policy';
import type { EditedPolicy, SaidBy } from '../core/config/policyText';
import type { PlanLine } from '../core/plan';
import type { PolicyBackup } from '../core/policy/policyBackup';
import type { ProblemShown } from './problemShown';

/** What goes on beside the policy. `asked`: the editor asks the person. */
export type PolicyBusy = 'reading' | 'planning' | 'asked' | 'saving';

/** A fact of a cluster that is shown beside its policy and edited in the file. */
export interface Beside {
  text: string;
  saidBy: SaidBy;
}

/** A backup, with what a person calls it. */
export interface NamedBackup extends PolicyBackup {
  label?: string;
}

/** A cluster's policy as the page shows it. No secret is in it. */
export interface ShownPolicy {
  cluster: string;
  /** "Consul". */
  system: string;
  /** The configuration file. */
  file: string;
  /** As in `dueOf`. */
  key: string;
  /** First one is the default. */
  modes: readonly { id: string; title: string }[];
  /** The platform keeps the backups on its own side; `settings`: how long is set there, by a page of ours. */
  platform?: { settings: boolean };
  /** ISO time at which the rest was read: the forecast begins there. Absent before the first time. */
  at?: string;
  /** What the entry says itself, and what the file says for all. */
  own?: EditedPolicy;
  inherited?: EditedPolicy;
  vault?: Beside;
  encryption?: Beside;
  /** In their order, in words; addresses as hosts only. */
  hooks?: { before: Beside[]; after: Beside[]; notices: Beside[] };
  /** Those there are; absent where they could not be read. */
  backups?: NamedBackup[];
  /** Who runs the schedules, as far as it can be seen from here. */
  runs?: {
    /** This editor does. */
    here: boolean;
    /** The last scheduled run of the cluster that the journal tells of, ISO time. */
    last?: { at: string; state: string };
  };
  /** A change that is looked at before it is saved. The number is another for each plan. */
  review?: { edited: EditedPolicy; items: PlanLine[]; goes: number; number: number };
  busy?: PolicyBusy;
  problem?: ProblemShown;
  /** The file was changed meanwhile: it has been read anew. */
  overtaken?: true;
  /** A change was just saved. */
  saved?: true;
}

const editedSchema = policySchema.omit({ before: true, after: true, notices: true });

/** What can be opened at its place in the configuration. */
export const PLACES = ['policy', 'encryption', 'vault', 'before', 'after', 'notices'] as const;
export type PolicyPlace = (typeof PLACES)[number];

/** From the page to the editor. */
export const policyRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  /** Plans a change and shows it. */
  z.strictObject({ type: z.literal('review'), edited: editedSchema }),
  /** Shows the difference once more. */
  z.strictObject({ type: z.literal('diff') }),
  /** Saves the change that was reviewed. */
  z.strictObject({ type: z.literal('save'), number: z.int() }),
  /** Back to the fields. */
  z.strictObject({ type: z.literal('back') }),
  /** Opens the configuration at a place. */
  z.strictObject({ type: z.literal('open'), place: z.enum(PLACES) }),
  /** Opens the page of the platform's own settings. */
  z.strictObject({ type: z.literal('platform') }),
  /** Opens the setting by which this editor runs schedules. */
  z.strictObject({ type: z.literal('setting') }),
]);

export type PolicyRequest = z.infer<typeof policyRequestSchema>;

/** From the editor to the page. */
export interface PolicyReply {
  type: 'policy';
  shown: ShownPolicy;
}
