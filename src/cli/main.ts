#!/usr/bin/env node
import nodeModule from 'node:module';

/** Added in Node 22: caches compiled code if the cache directory is writable. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };

async function main(): Promise<void> {
  enableCompileCache?.();
  // Imported only now, so that its code comes from the cache.
  const { runCommandLine } = await import('./command-line.js');
  process.exitCode = await runCommandLine();
}

void main();
