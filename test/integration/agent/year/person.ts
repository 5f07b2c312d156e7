import { open, rm } from 'node:fs/promises';
import { backUp } from '../../../../src/core/operations/backup';
import { clusterParts } from './cluster';
import { iso } from './model';
import type { Remembered } from './sentences';
import type { World } from './world';

/** What a person does by commands of their own, on the same machine; and what befalls files. */
export class Person {
  constructor(private readonly world: World) {}

  async backUp(): Promise<void> {
    const created = this.world.machine.now();
    const parts = clusterParts(
      this.world.vaultOf(this.world.disk.personsHook()),
      this.world.clusterNow(),
    );
    const fails = !this.world.reachable || this.world.disk.isFull;
    const done = await outcome(
      backUp(
        parts,
        { origin: { kind: 'manual' } },
        this.world.context(new AbortController().signal),
      ),
    );
    this.world.tell(`a person backs up: ${done ?? 'done'}`);
    this.world.expect(fails, done, 'a backup by hand');
    if (!fails)
      this.world.model.made({ created, byHand: true, bytes: this.world.size, checked: created });
  }

  async pin(backup: Remembered, pinned: boolean): Promise<void> {
    const { manifest } = await this.world.onDisk(backup);
    const vault = this.world.vaultOf(this.world.disk.personsHook());
    const done = await outcome(
      vault.update(manifest.id, ({ pin: _, ...rest }) => (pinned ? { ...rest, pin: true } : rest)),
    );
    this.world.tell(
      `a person ${pinned ? 'pins' : 'unpins'} ${iso(backup.created)}: ${done ?? 'done'}`,
    );
    this.world.expect(this.world.disk.isFull, done, 'a pin');
    if (!this.world.disk.isFull) backup.pinned = pinned;
  }

  async rot(backup: Remembered): Promise<void> {
    const { path } = await this.world.onDisk(backup);
    const file = await open(path, 'r+');
    await file.write(Buffer.from('?'), 0, 1, 3);
    await file.close();
    backup.rotten = true;
    this.world.tell(`a bit turns in ${iso(backup.created)}`);
  }

  async lose(backup: Remembered): Promise<void> {
    await rm((await this.world.onDisk(backup)).path);
    backup.missing = true;
    this.world.tell(`the file of ${iso(backup.created)} is lost`);
  }

  async check(backup: Remembered): Promise<void> {
    const done = await outcome(
      this.world.verify(await this.world.onDisk(backup), this.world.observer()),
    );
    this.world.tell(`a person checks ${iso(backup.created)}: ${done ?? 'done'}`);
    this.world.expect(false, done, 'a check by hand');
    this.world.model.checked(backup, this.world.machine.now());
  }

  async remove(backup: Remembered): Promise<void> {
    const { manifest } = await this.world.onDisk(backup);
    const done = await outcome(this.world.observer().remove(manifest.id));
    this.world.tell(`a person deletes ${iso(backup.created)}: ${done ?? 'done'}`);
    this.world.expect(false, done, 'a deletion by hand');
    this.world.model.gone(backup);
  }
}

/** What went wrong; undefined where nothing did. */
async function outcome(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => String(error),
  );
}
