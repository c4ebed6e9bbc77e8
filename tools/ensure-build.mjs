/** Builds the library unless the build is newer than everything that it is made from. */
import { execSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { withLockFile } from './lock-file.mjs';

const BUILT = 'dist/LICENSES.txt'; // the last thing that a build writes
const SOURCES = ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];
const LOCK = 'node_modules/.build-lock';

const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isStale() {
  const sources = ['src', 'tools/bundle'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
      path.join(entry.parentPath, entry.name),
    ),
  );
  const builtAt = changedAt(BUILT);
  return [...SOURCES, ...sources].some((file) => changedAt(file) > builtAt);
}

if (isStale()) {
  // A build empties dist first, so two at once would destroy each other's files.
  await withLockFile(LOCK, () => {
    if (isStale()) execSync('npm run --silent build', { stdio: 'inherit' });
  });
}
