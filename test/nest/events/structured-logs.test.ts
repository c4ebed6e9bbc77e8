import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ConsoleLogger, Logger as NestLogger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger, LoggerModule } from 'nestjs-pino';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { MigrationsModule } from '../../../src/index.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { runProcess, typescriptArguments } from '../../support/programs/process.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { closedAfterTest, moduleOf } from '../support/application.js';

const db = useEmptyDatabase('structured_logs');

const CHILD = fileURLToPath(new URL('winston.child.ts', import.meta.url));

let directory: string;

beforeEach(async () => {
  directory = await migrationsDirectory({ '002_b.sql': 'CREATE TABLE b ();' });
});

afterEach(() => {
  jest.restoreAllMocks();
  NestLogger.overrideLogger(new ConsoleLogger());
});

type Entry = Readonly<Record<string, unknown>>;

const ours = (lines: readonly string[]): Entry[] =>
  lines
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Entry)
    .filter(({ context }) => context === 'Migrations');

const migrations = () => MigrationsModule.forRoot({ connectionString: db.connectionString, directory, drift: false });

/** What an application with this logger writes to the standard output. */
async function printedWith(logger: ConsoleLogger): Promise<string[]> {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const app = await NestFactory.createApplicationContext(moduleOf({ imports: [migrations()] }), { logger });
  jest.restoreAllMocks();
  closedAfterTest(app);
  return lines;
}

const APPLIED = {
  event: 'migration-applied',
  target: expect.stringMatching(/\/shared\.schema_migrations$/),
  runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  file: '002_b.sql',
  durationMs: expect.any(Number),
};
const FINISHED = { event: 'run-finished', applied: 1, appliedByOthers: 0, alreadyApplied: 0 };

describe('an event is logged with its fields', () => {
  test('by the JSON logger of Nest', async () => {
    const entries = ours(await printedWith(new ConsoleLogger({ json: true })));
    const applied = entries.find(({ params }) => (params as Entry | undefined)?.['event'] === 'migration-applied');
    expect(applied).toMatchObject({ level: 'log', context: 'Migrations', params: APPLIED });
    expect(applied?.['message']).toMatch(/^Applied 002_b\.sql in \d+ ms$/);
    expect(entries.at(-1)).toMatchObject({ params: FINISHED });
  });

  test('by the JSON logger of NestJS 11, which does not support parameters', async () => {
    class Older extends ConsoleLogger {
      override log(message: unknown, ...rest: unknown[]): void {
        for (const each of [message, ...rest.slice(0, -1)]) super.log(each, rest.at(-1));
      }
    }
    Object.defineProperty(Older.prototype, 'stringifyParams', { value: undefined });
    const entries = ours(await printedWith(new Older({ json: true })));
    const messages = entries.map(({ message }) => message as Entry);
    expect(messages.map(({ event }) => event)).toEqual([
      'run-planned',
      'migration-started',
      'migration-applied',
      'run-finished',
    ]);
    expect(messages[2]).toEqual({ message: expect.stringMatching(/^Applied 002_b\.sql in/), ...APPLIED });
  });

  test('by nestjs-pino, even if lines are buffered until it is available', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const pino = LoggerModule.forRoot({ pinoHttp: { stream, level: 'debug' } });
    const app: INestApplicationContext = await NestFactory.createApplicationContext(
      moduleOf({ imports: [pino, migrations()] }),
      { bufferLogs: true },
    );
    app.useLogger(app.get(Logger));
    app.flushLogs();
    closedAfterTest(app);
    const entries = ours(lines);
    expect(entries.find(({ event }) => event === 'migration-applied')).toMatchObject({
      level: 30,
      msg: expect.stringMatching(/^Applied 002_b\.sql in \d+ ms$/),
      ...APPLIED,
    });
    expect(entries.at(-1)).toMatchObject(FINISHED);
  });

  test('by nest-winston, with a warning at its own level', async () => {
    await writeFile(join(directory, '003_c.sql'), `DO $$ BEGIN RAISE WARNING 'careful'; END $$;`);
    const parameters = [...typescriptArguments, CHILD, db.connectionString, directory];
    const { code, stdout, stderr } = await runProcess(process.execPath, parameters);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const entries = ours([stdout]);
    expect(entries.find(({ event }) => event === 'migration-applied')).toMatchObject({
      level: 'info',
      message: expect.stringMatching(/^Applied 002_b\.sql in \d+ ms$/),
      ...APPLIED,
    });
    const notice = { event: 'migration-notice', file: '003_c.sql', message: '003_c.sql: WARNING: careful' };
    expect(entries.find(({ level }) => level === 'warn')).toMatchObject(notice);
    expect(entries.at(-1)).toMatchObject({ ...FINISHED, applied: 2 });
  });

  test('but not by a plain-text logger', async () => {
    const text = (await printedWith(new ConsoleLogger({ colors: false }))).join('');
    expect(text).toMatch(/\[Migrations\] Applied 002_b\.sql in \d+ ms\n/);
  });
});
