/** Builds the library unless the build is newer than everything that it is made from. */
import { execSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const BUILT = 'dist/LICENSES.txt'; // the last thing that a build writes
const SOURCES = ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];

const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = ['src', 'tools/bundle'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => path.join(entry.parentPath, entry.name)),
);

const builtAt = changedAt(BUILT);
if ([...SOURCES, ...sources].some((file) => changedAt(file) > builtAt)) {
  execSync('npm run --silent build', { stdio: 'inherit' });
}
