// Preload: at the end of the process, prints how often it opened, listed and looked at files in the directory that is the
// last argument, as one line of JSON.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FUNCTIONS = {
  'files opened': ['open', 'readFile'],
  'directories listed': ['readdir', 'opendir'],
  'files examined': ['stat', 'lstat', 'realpath', 'access'],
};

const directory = path.resolve(process.argv.at(-1));
const real = fs.realpathSync(directory);
let depth = 0;
const counts = Object.fromEntries(Object.keys(FUNCTIONS).map((what) => [what, 0]));

function isInside(place) {
  if (typeof place !== 'string' && !(place instanceof URL)) return false;
  const name = place instanceof URL ? fileURLToPath(place) : path.resolve(place);
  return [directory, real].some((root) => name === root || name.startsWith(root + path.sep));
}

function count(owner, name, what) {
  const original = owner[name];
  const counting = function (place, ...rest) {
    // One function may use another: readFileSync calls openSync.
    if (depth === 0 && isInside(place)) counts[what]++;
    depth++;
    try {
      return original.call(this, place, ...rest);
    } finally {
      depth--;
    }
  };
  // realpath.native, for one.
  owner[name] = Object.assign(counting, original);
}

for (const [what, names] of Object.entries(FUNCTIONS)) {
  for (const name of names) {
    count(fs.promises, name, what);
    count(fs, name, what);
    count(fs, `${name}Sync`, what);
  }
}
// Imports by name see the new functions too.
syncBuiltinESMExports();

process.on('exit', () => process.stdout.write(`\nFILES ${JSON.stringify(counts)}\n`));
