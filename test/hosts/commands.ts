import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from '../support/programs/process.js';

/** How long a command may take, and how long an application may take to start or to stop. */
const PATIENCE_MS = 300_000;

/** Runs a command line as a user types it. @returns its output @throws Error with its output if it fails or does not end */
export async function run(command: string, cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const started = start(command, cwd, env);
  const code = await started.end();
  assert.equal(code, 0, `"${command}" failed:\n${started.output()}${started.errors()}`);
  return started.output();
}

/** An application that a command line starts. */
export interface Background {
  /** Waits until it listens. @throws Error with its output if it does not. */
  listening(): Promise<void>;
  /** Stops it. @returns its output. @throws Error with its output if it does not stop. */
  stop(): Promise<string>;
}

/** Starts a command line that listens on a port. */
export function background(command: string, cwd: string, env: NodeJS.ProcessEnv & { PORT: string }): Background {
  const started = start(command, cwd, env);
  return {
    async listening() {
      for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(250)) {
        if (await fetch(`http://localhost:${env.PORT}`).catch(() => undefined)) return;
        const isLate = started.hasEnded() || Date.now() > deadline;
        assert.ok(!isLate, `"${command}" does not listen:\n${started.output()}${started.errors()}`);
      }
    },
    async stop() {
      started.kill('SIGTERM');
      await started.end();
      return started.output();
    },
  };
}

interface Started {
  output(): string;
  errors(): string;
  hasEnded(): boolean;
  /** Sends a signal to the command and all its children. */
  kill(signal: NodeJS.Signals): void;
  /** Waits until it has ended. @returns its exit code @throws Error with its output if it does not end */
  end(): Promise<number | null>;
}

function start(command: string, cwd: string, env: NodeJS.ProcessEnv): Started {
  const child = spawn(command, {
    cwd,
    env: { ...ENVIRONMENT, ...env },
    shell: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'], // a question fails instead of waiting for an answer
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const texts = [child.stdout, child.stderr].map((stream) => textOf(stream));
  const started: Started = {
    output: () => texts[0]?.() ?? '',
    errors: () => texts[1]?.() ?? '',
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill(signal) {
      if (!started.hasEnded()) process.kill(-(child.pid as number), signal);
    },
    async end() {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        process.kill(-(child.pid as number), 'SIGKILL');
      }, PATIENCE_MS);
      const [code] = await closed;
      clearTimeout(timer);
      assert.ok(!isLate, `"${command}" does not end:\n${started.output()}${started.errors()}`);
      return code;
    },
  };
  return started;
}

function textOf(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
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
