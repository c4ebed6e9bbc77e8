/** What the compiler leaves to do: mark the CommonJS build as such, and make the command line executable. */
import { chmodSync, writeFileSync } from 'node:fs';

writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
chmodSync('dist/esm/cli/main.js', 0o755);
