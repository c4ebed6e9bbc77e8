/**
 * `npm pack` reads package.json from the disk after `prepack`. So `swap-manifest.mjs publish` puts the published one
 * there, and `swap-manifest.mjs restore` brings back ours. An interrupted `npm pack` leaves ours in `build`.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { publishedManifest } from './manifest.mjs';

const OURS = 'package.json';
const KEPT = 'build/package.json.kept';

if (process.argv[2] === 'restore') {
  await rename(KEPT, OURS);
} else {
  const text = await readFile(OURS, 'utf8');
  await mkdir('build', { recursive: true });
  await writeFile(KEPT, text);
  await writeFile(OURS, `${JSON.stringify(publishedManifest(JSON.parse(text)), undefined, 2)}\n`);
}
