/** `npm run docs:cli`: writes docs/cli.md. */
import { writeFile } from 'node:fs/promises';
import { cliReference } from './reference.js';

await writeFile(new URL('../../docs/cli.md', import.meta.url), cliReference());
