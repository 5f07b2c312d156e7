import { policyOf } from '../../../core/restoreChoices';
import { objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import { definitionId } from '../../../snapshots/swarm/layout';
import type { Definition } from '../../../snapshots/swarm/layout';
import { beside } from './beside';
import { list } from './decideNetwork';
import { differsFrom, expectedOther } from './expected';
import { accepts, CODES } from './model';
import type { Decision, Planning, SourceContent, TargetNode, VolumeState } from './model';

/** What a volume gets: its definition, and its content where the backup has it. */
export function decideVolume(definition: Definition, planning: Planning): Decision {
  const { choices, source } = planning;
  const content = source.contents.get(definition.id);
  const node = planning.nodeFor(definition.node ?? '');
  const size = content?.bytes === undefined ? {} : { bytes: content.bytes };
  if (node?.reached !== true) return { action: 'cannot', ...size, ...unreached(definition, node) };
  if (content?.refused !== undefined) {
    return { action: 'cannot', ...size, code: CODES.unsafeContent, reason: content.refused };
  }
  const hindrance = elsewhere(definition, content, planning);
  if (hindrance !== undefined) return { ...hindrance, ...size };
  const explicit = choices.rename?.[definition.id];
  const state = stateOf(definition.name, node, planning);
  const live = planning.live('volume', definition.name, node.name);
  const isHalf = live !== undefined && state === 'begun';
  if ((live === undefined || isHalf) && explicit === undefined) {
    return make(
      content,
      isHalf ? 'An earlier restore did not finish it: it is made anew.' : undefined,
    );
  }
  const found =
    live === undefined
      ? []
      : differences(definition, definition.name, live, state, content, planning);
  if (explicit === undefined && found.length === 0)
    return { action: 'leave', ...size, ...noteOf(state) };
  const policy = policyOf(choices, definition.id);
  if (policy === 'rename' || explicit !== undefined) {
    return beside(definition, planning, {
      same: (other) => {
        const there = stateOf(other.name, node, planning);
        return differences(definition, other.name, other, there, content, planning).length === 0;
      },
      create: (target) => ({ ...make(content), target }),
    });
  }
  return { ...size, ...existing(definition, node, found, state, content, planning) };
}

/** It is there and differs. */
function existing(
  definition: Definition,
  node: TargetNode,
  found: string[],
  state: VolumeState,
  content: SourceContent | undefined,
  planning: Planning,
): Decision {
  const users = planning.target.volumeUsers.get(idOn(definition.name, node)) ?? [];
  const isFill = state === 'empty' && found.every((path) => path === 'content');
  if (isFill && users.length === 0) {
    return {
      action: 'update',
      differences: found,
      reason: 'It is there and empty: its content is put in.',
    };
  }
  if (policyOf(planning.choices, definition.id) === 'skip') {
    const reason =
      state === 'unknown'
        ? 'What it holds was not compared: it is large, or can’t be read.'
        : undefined;
    return {
      action: 'conflict',
      code: CODES.differs,
      differences: found,
      ...(reason === undefined ? {} : { reason }),
    };
  }
  if (content === undefined) {
    return {
      action: 'cannot',
      code: CODES.noContent,
      differences: found,
      reason: 'The backup does not have its content: what is there would be lost.',
    };
  }
  if (users.length === 0) {
    return {
      action: 'update',
      differences: found,
      destructive: true,
      reason: 'It is removed with all it holds and made anew.',
    };
  }
  if (!accepts(planning.choices, CODES.volumeInUse)) {
    return {
      action: 'cannot',
      code: CODES.volumeInUse,
      acceptable: true,
      differences: found,
      reason:
        `It is used by ${list(users)}. Stop them first; when this is accepted, its content is put in while it is in ` +
        'use, and files that are not in the backup stay.',
    };
  }
  return {
    action: 'update',
    code: CODES.volumeInUse,
    differences: found,
    destructive: true,
    reason: `Its content is put in while ${list(users)} uses it; files that are not in the backup stay.`,
  };
}

function make(content: SourceContent | undefined, reason?: string): Decision {
  const text =
    content === undefined ? 'The backup does not have its content: it begins empty.' : reason;
  return {
    action: 'create',
    ...(content?.bytes === undefined ? {} : { bytes: content.bytes }),
    ...(text === undefined ? {} : { reason: text }),
  };
}

function unreached(definition: Definition, node: TargetNode | undefined) {
  const where = definition.node ?? '';
  const reason =
    node === undefined
      ? `The target has no node ${where}; say which node takes its place.`
      : `The engine of node ${node.name} is not given, and only it takes volumes there: list it under \`engines\`, or say which node takes its place.`;
  return { code: CODES.nodeMissing, reason };
}

/** Volumes whose data is not in the engine's own folder: putting content in writes over what is there. */
function elsewhere(
  definition: Definition,
  content: SourceContent | undefined,
  planning: Planning,
): Decision | undefined {
  const device = deviceOf(definition);
  const isLive = planning.live(
    'volume',
    definition.name,
    planning.nodeFor(definition.node ?? '')?.name,
  );
  if (content === undefined || device === undefined || isLive !== undefined) return undefined;
  if (accepts(planning.choices, CODES.mountedElsewhere)) return undefined;
  return {
    action: 'cannot',
    code: CODES.mountedElsewhere,
    acceptable: true,
    reason: `Its data lies at ${device}, not with the engine: what is there would be written over.`,
  };
}

/** Where a volume's data lies, when that is not the engine's own folder. */
export function deviceOf({ value }: Pick<Definition, 'value'>): string | undefined {
  const options = objectAt(value, 'Options');
  const device = textAt(options, 'device');
  if (device !== undefined && device !== '' && device !== 'tmpfs') return device;
  const driver = textAt(value, 'Driver') ?? 'local';
  return driver === 'local' ? undefined : `its driver ${driver}`;
}

function differences(
  definition: Definition,
  name: string,
  live: Definition,
  state: VolumeState,
  content: SourceContent | undefined,
  planning: Planning,
): string[] {
  const found = differsFrom(
    expectedOther(definition, name, planning.source.names),
    live,
    planning.target.names,
  );
  const isSame = content === undefined || state === 'same' || isKept(definition, state, planning);
  return isSame ? found : [...found, 'content'];
}

/** What an earlier run has finished stays, unless the person wants it replaced. */
function isKept(definition: Definition, state: VolumeState, { choices }: Planning): boolean {
  return state === 'restored' && policyOf(choices, definition.id) !== 'replace';
}

function noteOf(state: VolumeState) {
  if (state !== 'restored') return {};
  return { reason: 'An earlier restore has put this content in; what was written since stays.' };
}

function stateOf(name: string, node: TargetNode, { facts }: Planning): VolumeState {
  return facts.contents.get(idOn(name, node)) ?? 'unknown';
}

function idOn(name: string, node: TargetNode): string {
  return definitionId('volume', name, node.name);
}
