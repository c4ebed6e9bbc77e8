/** Makes `dist` of what `nest build` compiled. The last file that it writes is the one by which a build is dated. */
import { rm, writeFile } from 'node:fs/promises';
import { bundle, ENTRIES } from './bundle.mjs';
import { copyDeclarations } from './declarations.mjs';
import { writeLicences } from './licences.mjs';

const COMPILED = 'build/package';

await rm('dist', { recursive: true, force: true });
const metafiles = await bundle(COMPILED);
const declarations = ENTRIES.map((name) => `${name}.d.ts`);
await copyDeclarations(COMPILED, declarations, ['dist/esm', 'dist/cjs']);
await writeFile('build/metafiles.json', JSON.stringify(metafiles));
await writeLicences(metafiles, 'dist/LICENSES.txt');
