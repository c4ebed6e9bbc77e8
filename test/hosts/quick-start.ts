import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../src/testing/embedded/free-port.js';
import { codeBlocksIn } from '../support/files/code-blocks.js';
import { background, run } from './commands.js';

const MOST_COMMANDS = 5;

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
  const server = background(start.replace(/(?<=DATABASE_URL=)\S+/, databaseUrl), application, { PORT: port });
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
