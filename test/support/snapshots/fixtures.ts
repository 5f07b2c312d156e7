import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder, found from where the built test lies. */
export const projectFolder = (() => {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/** A snapshot saved by a real Consul, or what a real Consul prints for it. */
export function fixture(name: string): Buffer {
  return readFileSync(join(projectFolder, 'test/unit/snapshots/fixtures', name));
}
