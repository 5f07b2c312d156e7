import { randomInt, randomUUID } from 'node:crypto';
import type * as z from 'zod';
import type {
  BackupMetadata,
  ComponentStatus,
  DcosSettings,
  DcosWork,
  DcosWorkFault,
  MarathonGroup,
  RestoreMetadata,
} from './contract';
import { parsed } from './iam';
import * as shapes from './shapes';

/** Answered as `{"errors":[…]}`. */
export class ServiceRefusal extends Error {
  constructor(
    readonly status: 400 | 500,
    message: string,
  ) {
    super(message);
  }
}

/** A backup or a restore that goes on by itself. */
interface Work {
  kind: DcosWork;
  begun: number;
  looks: number;
  fault: DcosWorkFault | undefined;
  limits: { looks: number; milliseconds: number };
  /** Told once, with Marathon's part of it. */
  end(failed: ComponentStatus | undefined): void;
}

interface Kept {
  metadata: BackupMetadata;
  /** The master on whose disk it lies. */
  master: number;
  /** What Marathon held then. */
  groups: MarathonGroup;
  work: Work | undefined;
}

/** What the backup service needs of the rest. */
export interface Surroundings {
  settings: DcosSettings;
  version: string;
  masters: number;
  groups(): MarathonGroup;
  setGroups(groups: MarathonGroup): void;
  /** Marathon restarts now. */
  restarts(): void;
}

/** The backup service of each master: create, restore, delete and list. */
export class BackupService {
  backupFault: DcosWorkFault | undefined;
  restoreFault: DcosWorkFault | undefined;
  /** What does not end yet, however long it has taken. */
  held: DcosWork | undefined;
  readonly broken: string[] = [];
  readonly #kept: Kept[] = [];
  #asked = 0;

  constructor(private readonly around: Surroundings) {}

  /** Answers what was asked below `/system/v1/backup/v1`; undefined: an empty answer. */
  answer(method: string, url: URL, body: string): unknown {
    const { master } = this.around.settings;
    const here = master === 'alternating' ? this.#asked++ % this.around.masters : master;
    switch (`${method} ${url.pathname}`) {
      case 'GET /list':
        return this.#told(
          shapes.backupList,
          this.#list(url.searchParams.get('prefix') ?? '', here),
        );
      case 'POST /create':
        return this.#told(shapes.backupMetadata, this.#create(body, here));
      case 'POST /restore':
        return this.#told(shapes.backupMetadata, this.#restore(body, here));
      case 'DELETE /delete':
        this.#delete(body, here);
        return undefined;
      default:
        throw new ServiceRefusal(400, `no such call: ${method} ${url.pathname}`);
    }
  }

  get backups(): BackupMetadata[] {
    return this.#kept.map(({ metadata }) => structuredClone(metadata));
  }

  keep(label: string, more: Partial<BackupMetadata>, master: number): string {
    const kept = this.#made(label, master);
    Object.assign(kept.metadata, more);
    return kept.metadata.id;
  }

  clear(): void {
    this.#kept.length = 0;
  }

  #list(prefix: string, here: number): BackupMetadata[] {
    const found = this.#kept.filter(
      ({ metadata, master }) => master === here && metadata.id.startsWith(prefix),
    );
    for (const kept of found) this.#look(kept);
    return found.map(({ metadata }) => structuredClone(metadata));
  }

  /** Each look at it may be the one at which its work is over. */
  #look(kept: Kept): void {
    const { work } = kept;
    if (work === undefined || work.fault?.kind === 'stuck' || work.kind === this.held) return;
    const { begun, limits, fault } = work;
    const over = work.looks >= limits.looks && Date.now() - begun >= limits.milliseconds;
    work.looks++;
    if (!over) return;
    kept.work = undefined;
    work.end(fault === undefined ? undefined : { status: 'STATUS_ERROR', error: fault.reason });
  }

  #create(body: string, here: number): BackupMetadata {
    const { label } = read(shapes.createRequest, body);
    const kept = this.#made(label, here);
    const { metadata } = kept;
    metadata.status = 'STATUS_BACKING_UP';
    metadata.component_status = { marathon: { status: 'STATUS_BACKING_UP' } };
    kept.work = this.#begin('backup', this.backupFault, (failed) => {
      metadata.status = failed === undefined ? 'STATUS_READY' : 'STATUS_ERROR';
      metadata.component_status = { marathon: failed ?? { status: 'STATUS_READY' } };
    });
    this.around.restarts();
    return structuredClone(metadata);
  }

  #restore(body: string, here: number): BackupMetadata {
    const kept = this.#find(read(shapes.idRequest, body).id, here);
    const { metadata, groups } = kept;
    if (metadata.status !== 'STATUS_READY') {
      throw new ServiceRefusal(400, `backup ${metadata.id} is not ready: ${metadata.status}`);
    }
    const { restores: form, ownStatus } = this.around.settings;
    const own = (status: string) => {
      if (ownStatus === 'tells') metadata.status = status;
    };
    const restore: RestoreMetadata = {
      component_status: { marathon: { status: 'STATUS_RESTORING' } },
    };
    if (form === 'object') metadata.restores = restore;
    if (form === 'array') {
      restore.id = `${metadata.id.slice(0, -37)}-${randomUUID()}`;
      restore.timestamp = now();
      restore.status = 'STATUS_RESTORING';
      metadata.restores = [...[metadata.restores ?? []].flat(), restore];
    }
    own('STATUS_RESTORING');
    kept.work = this.#begin('restore', this.restoreFault, (failed) => {
      restore.component_status = { marathon: failed ?? { status: 'STATUS_READY' } };
      const status = failed === undefined ? 'STATUS_READY' : 'STATUS_ERROR';
      if (form === 'array') restore.status = status;
      // Without `restores` and without a word of its own nobody would learn why.
      if (ownStatus === 'tells') metadata.component_status = { ...restore.component_status };
      own(status);
      if (failed === undefined) this.around.setGroups(structuredClone(groups));
    });
    if (ownStatus === 'tells') metadata.component_status = { ...restore.component_status };
    this.around.restarts();
    return structuredClone(metadata);
  }

  #delete(body: string, here: number): void {
    const kept = this.#find(read(shapes.idRequest, body).id, here);
    this.#kept.splice(this.#kept.indexOf(kept), 1);
  }

  #begin(kind: DcosWork, fault: DcosWorkFault | undefined, end: Work['end']): Work {
    const limits = { ...this.around.settings[kind] };
    return { kind, begun: Date.now(), looks: 0, fault, limits, end };
  }

  #made(label: string, master: number): Kept {
    const kept: Kept = {
      metadata: {
        id: `${label}-${randomUUID()}`,
        dcos_version: this.around.version.split('.').slice(0, 2).join('.'),
        timestamp: now(),
        status: 'STATUS_READY',
        component_status: { marathon: { status: 'STATUS_READY' } },
      },
      master,
      groups: structuredClone(this.around.groups()),
      work: undefined,
    };
    this.#kept.push(kept);
    return kept;
  }

  #find(id: string, here: number): Kept {
    const found = this.#kept.find(({ metadata, master }) => master === here && metadata.id === id);
    if (found === undefined) throw new ServiceRefusal(400, `backup ${id} does not exist`);
    return found;
  }

  #told<T>(shape: z.ZodType, value: T): T {
    const checked = shape.safeParse(value);
    if (!checked.success) this.broken.push(JSON.stringify(value));
    return value;
  }
}

function read<T extends z.ZodType>(shape: T, body: string): z.infer<T> {
  const checked = shape.safeParse(parsed(body));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new ServiceRefusal(
    400,
    `${where === '' ? 'the body' : `${where} in body`}: ${issue?.message ?? 'invalid'}`,
  );
}

function now(): string {
  return shapes.nanoseconds(new Date(), randomInt(1, 999_999));
}
