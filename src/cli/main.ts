#!/usr/bin/env node
import nodeModule from 'node:module';

/** What Node 22 added: it keeps compiled code, where it can write to its cache. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };

async function main(): Promise<void> {
  enableCompileCache?.();
  // Loaded only now, so that its code comes from the cache.
  const { runCommandLine } = await import('./command-line.js');
  process.exitCode = await runCommandLine();
}

void main();
