// What `npm start` runs, from a fresh clone on.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, ensureInstalled, root } from './install.mjs';

await ensureInstalled();
await build();
createRequire(import.meta.url)(join(root, 'out', 'src', 'sandbox', 'start.js'));
