#!/usr/bin/env node
import nodeModule from 'node:module';

/** Added in Node 22: caches compiled code if the cache directory is writable. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };

/** How long connections may take to close after the command has finished. */
const PATIENCE_MS = 250;

async function main(): Promise<void> {
  enableCompileCache?.();
  // The bundled driver deprecates the password file. It is tested, and a user of the command cannot change the driver.
  process.noDeprecation = true;
  // Imported only now, so that its code comes from the cache.
  const { runCommandLine } = await import('./command-line.js');
  process.exitCode = await runCommandLine();
  // Fires only if something keeps the process alive: a pool in the configuration or in the application.
  setTimeout(() => process.exit(), PATIENCE_MS).unref();
}

void main();
