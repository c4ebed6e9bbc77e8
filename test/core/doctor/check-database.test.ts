import { describe, expect, test } from '@jest/globals';
import { checkDatabase } from '../../../src/core/doctor/check-database.js';
import type { DatabaseFacts } from '../../../src/core/doctor/facts.js';
import { inApi, inWords } from '../../../src/core/errors/remedy.js';

const HEALTHY: DatabaseFacts = {
  database: 'app',
  role: 'ann',
  version: 180_004,
  isEncrypted: true,
  isLocal: false,
  standby: false,
  readOnly: false,
  pooling: 'none',
  creationSchema: { name: 'public', mayCreate: true },
  history: {
    schema: 'shared',
    name: 'shared.schema_migrations',
    schemaExists: true,
    tableExists: true,
    mayCreateSchema: false,
    mayCreateTable: false,
    outdated: [],
  },
  holder: undefined,
  problems: [],
};
const { history } = HEALTHY;
const OPTIONS = { lock: 'auto', tracking: true } as const;

/** All problems, as "area level: text". */
const problems = (
  facts: Partial<DatabaseFacts>,
  options: Partial<Parameters<typeof checkDatabase>[1]> = {},
): string[] =>
  checkDatabase({ ...HEALTHY, ...facts }, { ...OPTIONS, ...options })
    .filter(({ level }) => level !== 'ok')
    .map(({ area, level, what }) => {
      const text = typeof what === 'object' ? 'an error' : inWords(what, inApi);
      return `${area} ${level}: ${text}`;
    });

describe('the doctor', () => {
  test('finds nothing wrong with a healthy database', () => {
    expect(problems({})).toEqual([]);
    expect(checkDatabase(HEALTHY, OPTIONS).map(({ area }) => area)).toEqual([
      'connection',
      'server',
      'pooler',
      'rights',
      'history',
      'lock',
    ]);
  });

  test.each<[string, Partial<DatabaseFacts>, string]>([
    ['an unencrypted connection', { isEncrypted: false }, 'connection warning: .* not encrypted'],
    ['an old server', { version: 120_019 }, 'server error: PostgreSQL 12.19 is not supported'],
    ['an unknown server', { version: 190_000 }, 'server warning: PostgreSQL 19.0 is newer'],
    ['a standby', { standby: true }, 'server error: .* Connect to the primary'],
    ['a read-only session', { readOnly: true }, 'server error: .*default_transaction_read_only'],
    [
      'a schema that cannot be created',
      { history: { ...history, schemaExists: false, tableExists: false } },
      'rights error: .*CREATE SCHEMA "shared" AUTHORIZATION "ann";',
    ],
    [
      'a table that cannot be created',
      { history: { ...history, tableExists: false } },
      'rights error: .*GRANT CREATE, USAGE ON SCHEMA "shared" TO "ann";',
    ],
    [
      'a schema that is closed',
      { creationSchema: { name: 'public', mayCreate: false } },
      'rights warning: .*GRANT CREATE ON SCHEMA "public" TO "ann";',
    ],
    ['an old table', { history: { ...history, outdated: ['the key'] } }, 'history warning: .* lacks the key'],
  ])('reports %s', (_, facts, problem) => {
    expect(problems(facts)).toEqual([expect.stringMatching(`^${problem}`)]);
  });

  test('reports options that contradict the database', () => {
    expect(problems({ pooling: 'transaction' })).toEqual([]);
    expect(problems({ pooling: 'transaction' }, { lock: 'session' })).toEqual([
      expect.stringMatching('^pooler error: .*the option "lock" set to "auto"'),
    ]);
    expect(problems({ pooling: 'unclear' }, { lock: 'session' })).toEqual([expect.stringMatching('^pooler warning')]);
    expect(problems({}, { lock: 'off' })).toEqual([expect.stringMatching('^options warning')]);
  });

  test('requires no privileges on a history that is not used', () => {
    const absent = { ...history, schemaExists: false, tableExists: false };
    expect(problems({ history: absent }, { tracking: false })).toEqual([expect.stringMatching('^options warning')]);
  });

  test('accepts a local connection without TLS', () => {
    expect(problems({ isEncrypted: false, isLocal: true })).toEqual([]);
  });
});
