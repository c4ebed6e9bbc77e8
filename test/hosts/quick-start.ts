import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../src/testing/embedded/free-port.js';
import { codeBlocksIn } from '../support/code-blocks.js';
import { childEnvironment } from '../support/process.js';

const MOST_COMMANDS = 5;
const PATIENCE_MS = 120_000;

/** An empty folder, this package, and a database that is empty. */
interface Start {
  readonly folder: string;
  readonly tarball: string;
  readonly databaseUrl: string;
}

/** Follows the section "Use" of the README to the letter, and queries the health of the resulting application. */
export async function followReadme({ folder, tarball, databaseUrl }: Start): Promise<void> {
  const { commands, files } = await readSection();
  assert.ok(commands.length <= MOST_COMMANDS, `the README needs ${commands.length} commands`);
  const [create = '', enter = '', install = '', start = '', ask = ''] = commands;
  await mkdir(folder, { recursive: true });
  await run(create, folder);
  const application = path.join(folder, /^cd (\S+)$/.exec(enter)?.[1] ?? '');
  assert.match(install, / nestjs-pg-migrations /);
  await run(install.replace('nestjs-pg-migrations', tarball), application);
  for (const [name, text] of files) {
    await mkdir(path.dirname(path.join(application, name)), { recursive: true });
    await writeFile(path.join(application, name), text);
  }
  const port = String(await freePort());
  const server = background(start.replace(/(?<=DATABASE_URL=)\S+/, databaseUrl), application, port);
  try {
    await server.listening();
    const health = JSON.parse(await run(ask.replace('3000', port), application)) as object;
    assert.deepEqual(pick(health), { status: 'ok', applied: 1, pending: 0, message: 'up to date' });
  } finally {
    await server.stop();
  }
}

function pick(health: object): object {
  const { status, details } = health as { status: string; details: { migrations: Record<string, unknown> } };
  const { applied, pending, message } = details.migrations;
  return { status, applied, pending, message };
}

/** The commands and the files of the section. A file's first line is a comment with its name. */
async function readSection(): Promise<{ commands: string[]; files: [string, string][] }> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const section = /^## Use\n([^]*?)^## /m.exec(readme)?.[1] ?? '';
  const blocks = codeBlocksIn(section);
  const files = blocks.flatMap(({ code }): [string, string][] => {
    const name = /^(?:\/\/|--) (\S+\/\S+)\n/.exec(code)?.[1];
    return name === undefined ? [] : [[name, code]];
  });
  // The blocks after the first response are about existing applications.
  const untilCurl = blocks.slice(0, blocks.findIndex(({ code }) => code.includes('curl ')) + 1);
  const commands = untilCurl.flatMap(({ language, code }) => (language === 'sh' ? code.trim().split('\n') : []));
  return { commands, files };
}

async function run(command: string, cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, { cwd, env: ENVIRONMENT, shell: true });
  return stdout;
}

interface Background {
  listening(): Promise<void>;
  stop(): Promise<void>;
}

function background(command: string, cwd: string, port: string): Background {
  const child = spawn(command, { cwd, env: { ...ENVIRONMENT, PORT: port }, shell: true, detached: true });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    async listening() {
      for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(250)) {
        if (await fetch(`http://localhost:${port}`).catch(() => undefined)) return;
        assert.ok(Date.now() < deadline && child.exitCode === null, `"${command}" does not listen:\n${output}`);
      }
    },
    async stop() {
      if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGTERM');
      await ended;
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
});
