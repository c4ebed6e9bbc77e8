/** Builds and runs the example. npm's shell does not pass a signal on: when it goes, so does the example, with its server. */
import { execFileSync } from 'node:child_process';

const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 500).unref();

await import('./ensure-build.mjs');
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'example'], { stdio: 'inherit' });
await import('../build/example/example/main.js');
