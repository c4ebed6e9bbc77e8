/** Builds and runs the example in one process, so that whoever stops it stops all of it. */
import { execFileSync } from 'node:child_process';

await import('./ensure-build.mjs');
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'example'], { stdio: 'inherit' });
await import('../build/example/example/main.js');
