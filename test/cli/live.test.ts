import { afterEach, describe, expect } from '@jest/globals';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';
import { FILES } from './command-line.js';
import { runInTerminal, testInTerminal } from './in-terminal.js';

const db = useEmptyDatabase('live');
afterEach(() => expectNoLeftovers(db));

const ESCAPE = '\u001B';
const GREEN = `${ESCAPE}[32m`;

/** Files, two of which run long enough to be displayed. */
const SLOW = {
  '001_a.sql': 'SELECT pg_sleep(0.4);',
  '002_b.sql':
    '-- no-transaction\nCREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY ON b (id);\nSELECT pg_sleep(0.4);',
  '003_c.sql': 'DO $$ BEGIN RAISE WARNING $w$careful$w$; END $$;',
};

const flags = async (files: Record<string, string> = FILES): Promise<string[]> => [
  '--database-url',
  db.connectionString,
  '--dir',
  await migrationsDirectory(files),
];

describe('migrate in a terminal', () => {
  testInTerminal('shows what it runs, with steps and time, and leaves the results and the slowest files', async () => {
    const { code, raw, lines } = await runInTerminal(['migrate', ...(await flags(SLOW))]);
    expect(code).toBe(0);
    expect(raw).toMatch(/Applying 001_a\.sql \(1 of 3\): 0\.[2-9] s/);
    expect(raw).toMatch(/Applying 002_b\.sql \(2 of 3, step 3 of 3\): \d\.\d s/);
    expect(raw).toContain(`${GREEN}Applied 001_a.sql`);
    expect(lines).toEqual([
      expect.stringMatching(/^Applying 3 pending migrations to /),
      expect.stringMatching(/^Applied 001_a\.sql in \d+ ms$/),
      expect.stringMatching(/^Applied 002_b\.sql in \d+ ms$/),
      '003_c.sql: WARNING: careful',
      expect.stringMatching(/^Applied 003_c\.sql in \d+ ms$/),
      expect.stringMatching(/^Applied 3 migrations in \d+ ms$/),
      expect.stringMatching(/^Slowest: 00[12]_[ab]\.sql .*, 003_c\.sql \d+ ms$/),
    ]);
  });

  testInTerminal('leaves nothing of a text that needed several rows', async () => {
    const name = `001_${'long_'.repeat(20)}.sql`;
    const { raw, lines } = await runInTerminal(
      ['migrate', ...(await flags({ [name]: 'SELECT pg_sleep(0.5);' }))],
      {},
      { columns: 40 },
    );
    expect(raw).toContain('Applying 001_long_');
    expect(lines.join('')).toMatch(new RegExp(`^Applying 1 pending migration to [^ ]+Applied ${name} in \\d+ ms`));
    expect(lines.every(({ length }) => length <= 40)).toBe(true);
  });

  testInTerminal('has no colours with NO_COLOR', async () => {
    const { raw } = await runInTerminal(['migrate', ...(await flags(SLOW))], { NO_COLOR: '1' });
    expect(raw).toMatch(/Applying 001_a\.sql \(1 of 3\)/);
    expect(raw).not.toMatch(/\u001B\[\d*m/); // eslint-disable-line no-control-regex
  });

  for (const [where, env] of [
    ['CI is set', { CI: 'true' }],
    ['the terminal has no cursor', { TERM: 'dumb' }],
  ] as const)
    testInTerminal(`prints plain lines where ${where}`, async () => {
      const { code, raw, lines } = await runInTerminal(['migrate', ...(await flags())], env);
      expect(code).toBe(0);
      expect(raw).not.toContain(ESCAPE);
      expect(lines).toHaveLength(5);
    });

  testInTerminal('--json prints nothing else on standard output', async () => {
    const { raw } = await runInTerminal(
      ['migrate', '--json', ...(await flags(SLOW))],
      {},
      { redirection: '2> /dev/null' },
    );
    expect(JSON.parse(raw)).toMatchObject({ applied: Object.keys(SLOW) });
  });

  testInTerminal('removes what changes before it prints an error', async () => {
    const files = { '001_a.sql': 'SELECT pg_sleep(0.4); SELECT 1 / 0;' };
    const { code, raw, lines } = await runInTerminal(['migrate', ...(await flags(files))]);
    expect(code).toBe(1);
    expect(raw).toContain('Applying 001_a.sql (1 of 1)');
    expect(lines.filter((line) => line.includes('(1 of 1)'))).toEqual([]);
    expect(lines.join('\n')).toContain('division by zero');
  });
});

describe('a wait in a terminal', () => {
  testInTerminal('for the lock is one text, with the holder and the time that is left', async () => {
    const held = 'SELECT pg_sleep(60) -- held';
    const { migrator, events } = await migratorOn(db, { '001_a.sql': held });
    const holding = new AbortController();
    const holder = migrator.migrate({ signal: holding.signal }).catch(() => {});
    await until(() => events.some(({ type }) => type === 'migration-started'));
    const { code, raw, lines } = await runInTerminal([
      'migrate',
      '--migration-lock-timeout',
      '3',
      ...(await flags({ '001_a.sql': held })),
    ]);
    holding.abort();
    await holder;
    expect(code).toBe(7);
    expect(raw).toMatch(
      /Waiting for the migration lock, held by backend \d+.*running 001_a\.sql.*\(0 ms so far, up to 3 s more\)/s,
    );
    expect(raw).toMatch(/\(2 s so far,\s+up to 1 s\s+more\)/);
    expect(lines.filter((line) => line.startsWith('Waiting'))).toEqual([]);
    expect(lines.join(' ')).toContain('Waited 3');
  });

  testInTerminal('for the database is one text', async () => {
    const url = ['--database-url', 'postgres://nobody@127.0.0.1:1/nothing'];
    const directory = ['--dir', await migrationsDirectory(FILES)];
    const { code, raw, lines } = await runInTerminal(
      ['migrate', '--connect-retry', '2', ...url, ...directory],
      {},
      { columns: 160 },
    );
    expect(code).toBe(3);
    expect(raw).toMatch(/Trying again \(attempt \d+\) for up to [12] s/);
    expect(lines.filter((line) => line.includes('Trying again'))).toEqual([]);
  });

  testInTerminal('of the command is one text', async () => {
    const { code, raw, lines } = await runInTerminal(['wait', '--timeout', '2', ...(await flags())]);
    expect(code).toBe(4);
    expect(raw).toContain('Waiting: 001_a.sql is pending, 002_b.sql is pending (up to 2 s more)');
    expect(raw).toContain('(up to 1 s more)');
    expect(lines.filter((line) => line.startsWith('Waiting'))).toEqual([]);
  });
});
