import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { childEnvironment } from '../support/process.js';

const PATIENCE_MS = 120_000;

/** Runs a command line as a user types it. @returns its output @throws Error with its output if it fails */
export async function run(command: string, cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(command, { cwd, env: { ...ENVIRONMENT, ...env }, shell: true });
  return stdout;
}

/** An application that a command line starts. */
export interface Background {
  /** Waits until it listens. @throws Error with its output if it does not. */
  listening(): Promise<void>;
  /** Stops it. @returns its output. */
  stop(): Promise<string>;
}

/** Starts a command line that listens on a port. */
export function background(command: string, cwd: string, env: NodeJS.ProcessEnv & { PORT: string }): Background {
  const child = spawn(command, { cwd, env: { ...ENVIRONMENT, ...env }, shell: true, detached: true });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    async listening() {
      for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(250)) {
        if (await fetch(`http://localhost:${env.PORT}`).catch(() => undefined)) return;
        assert.ok(Date.now() < deadline && child.exitCode === null, `"${command}" does not listen:\n${output}`);
      }
    },
    async stop() {
      if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGTERM');
      await ended;
      return output;
    },
  };
}

const ENVIRONMENT = childEnvironment({
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_yes: 'true', // npx asks before it installs a package
  // This test's own npm settings must not reach the commands of the README.
  npm_config_package: undefined,
  npm_config_call: undefined,
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
});
