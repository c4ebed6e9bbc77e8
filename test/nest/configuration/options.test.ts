import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { ConfigurationError } from '../../../src/core/errors/input-errors.js';
import { configurationText } from '../../../src/core/problems/configuration-problem.js';
import { resolveModuleOptions } from '../../../src/nest/configuration/resolve-options.js';

const URL = 'postgres://someone:hunter2@localhost/app';

/** What is wrong with options, as it is reported. */
function problemsOf(options: object): readonly string[] {
  try {
    resolveModuleOptions(options);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(configurationText);
    throw error;
  }
}

describe('options', () => {
  test('have these defaults', () => {
    expect(resolveModuleOptions({ connectionString: URL })).toMatchObject({
      connectionString: URL,
      directory: 'migrations',
      table: 'shared.schema_migrations',
      tracking: true,
      onBootstrap: 'migrate',
      policy: { changed: 'alert', cosmetic: 'note', renamed: 'warn', missing: 'alert', ahead: 'note' },
      transaction: 'each',
      drift: { enabled: true, cron: '*/10 * * * *' },
      health: {
        cache: 2_000,
        timeout: 3_000,
        details: 'files',
        pending: 'down',
        failed: 'down',
        running: 'down',
        drift: 'up',
        ahead: 'up',
      },
      timeouts: {
        connect: 10_000,
        connectRetry: 60_000,
        migrationLock: 900_000,
        statement: 0,
        tableLock: 5_000,
        tableLockRetries: 10,
        read: 5_000,
      },
    });
  });

  test('take drift: false as drift switched off', () => {
    expect(resolveModuleOptions({ connectionString: URL, drift: false }).drift).toMatchObject({ enabled: false });
  });

  test.each<[string, object]>([
    ['a connection string', { connectionString: URL }],
    ['a connection string of a socket', { connectionString: '/var/run/postgresql app' }],
    ['a pg config', { connection: { host: 'localhost' } }],
    ['a pool', { pool: new pg.Pool() }],
    ['another connection for migrating', { connectionString: URL, migrateWith: { connection: { user: 'owner' } } }],
    [
      'a cron expression with seconds and a time zone',
      { connectionString: URL, drift: { cron: '*/5 * * * * *', timeZone: 'Asia/Tokyo' } },
    ],
    ['no cache', { connectionString: URL, health: { cache: 0 } }],
    ['tracking: false', { connectionString: URL, tracking: false, onBootstrap: 'off' }],
    [
      'a URL with encoded characters, and others where they are allowed',
      { connectionString: 'postgres://app:%23%2F%3F%40%25,p%w@localhost/app?user=me@here&options=-c%20a=1,2' },
    ],
  ])('may be %s', (_, options) => {
    expect(problemsOf(options)).toEqual([]);
  });

  test.each<[string, object, string]>([
    [
      'a URL with a slash too few',
      { connectionString: 'postgres:/postgres:hunter2@127.0.0.1/db' },
      'connectionString: it is not a PostgreSQL URL',
    ],
    [
      'the URL of another database',
      { connectionString: 'mysql://root:hunter2@127.0.0.1/db' },
      'connectionString: it is not a PostgreSQL URL',
    ],
    [
      'key words instead of a URL',
      { connectionString: 'host=x password=hunter2' },
      'connectionString: it is not a PostgreSQL URL',
    ],
    ['no connection at all', {}, 'no connection: give one of connectionString, connection, pool'],
    [
      'a connection string that is undefined',
      { connectionString: undefined },
      'connectionString is undefined: is the environment variable that it comes from set?',
    ],
    [
      'an empty connection string',
      { connectionString: '' },
      'connectionString: it is empty: is the environment variable that it comes from set?',
    ],
    ...['p/w', 'p#w', 'p?w', '12#34'].map((password): [string, object, string] => [
      `a URL whose password has an unencoded "${password[1] === '2' ? '#' : password[1]}"`,
      { connectionString: `postgres://app:${password}@localhost/app` },
      'connectionString: it is not a PostgreSQL URL (postgres://user:password@host:5432/database). Special characters in the password ' +
        '(such as # / ? @ %) must be percent-encoded: encodeURIComponent(password)',
    ]),
    ...['postgres://app:secret@a:1,b:2/app', 'postgres://app@a,b/app', 'postgres://a:1,b/app?x=a@b'].map(
      (connectionString): [string, object, string] => [
        `a URL of several hosts, ${connectionString}`,
        { connectionString },
        'connectionString: it names several hosts, which the driver does not support: give only the primary',
      ],
    ),
    [
      'a connection string that cannot be read',
      { connectionString: 'postgres://someone:hunter2@host:port/app' },
      'connectionString: it is not a PostgreSQL URL',
    ],
    [
      'two connections',
      { connectionString: URL, pool: new pg.Pool() },
      'connectionString and pool contradict each other: give exactly one',
    ],
    ['a pool that is none', { pool: { host: 'localhost' } }, 'pool: expected a Pool of the package pg'],
    ['a client for a pool', { pool: new pg.Client() }, 'pool: expected a Pool of the package pg'],
    [
      'two connections for migrating',
      { connectionString: URL, migrateWith: { connectionString: URL, connection: {} } },
      'migrateWith.connectionString and migrateWith.connection contradict each other: give exactly one',
    ],
    [
      'an undefined connection for migrating',
      { connectionString: URL, migrateWith: { connectionString: undefined } },
      'migrateWith.connectionString is undefined: is the environment variable that it comes from set?',
    ],
    ['an unknown option', { connectionString: URL, colour: 'x' }, 'unknown option "colour"'],
    ['an unknown option within another', { connectionString: URL, health: { ttl: 1 } }, 'unknown option "health.ttl"'],
    [
      'an unknown status of a health check',
      { connectionString: URL, health: { drift: 'sick' } },
      'health.drift: expected one of "up", "degraded", "down", "ignore"',
    ],
    ['an unknown choice', { connectionString: URL, onBootstrap: 'panic' }, 'onBootstrap: expected one of "migrate", '],
    ['no table name', { connectionString: URL, table: 'a.b.c' }, 'table: "a.b.c" is not a table name'],
    [
      'no cron expression',
      { connectionString: URL, drift: { cron: 'every now and then' } },
      'drift.cron: not a valid cron expression',
    ],
    [
      'no time zone',
      { connectionString: URL, drift: { timeZone: 'Mars/Olympus' } },
      'drift.timeZone: not a valid IANA time zone',
    ],
    [
      'validation of what is not tracked',
      { connectionString: URL, tracking: false, onBootstrap: 'validate' },
      'onBootstrap: "validate" and tracking: false contradict each other',
    ],
  ])('may not be %s', (_, options, problem) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(problem)]);
  });

  test('are all reported at once, by name', () => {
    const problems = problemsOf({
      connectionString: undefined,
      tracking: false,
      onBootstrap: 'validate',
      colour: 'red',
      size: 1,
      table: 'a-b',
      drift: { cron: 'soon', timeZone: 'Mars/Olympus', every: 1 },
      migrateWith: {},
      transaction: 'some',
    });
    const named = [
      'connectionString is undefined',
      'onBootstrap: "validate" and tracking: false',
      'unknown option "colour"',
      'unknown option "size"',
      'table: ',
      'drift.cron: ',
      'drift.timeZone: ',
      'unknown option "drift.every"',
      'no connection: give one of migrateWith.connectionString',
      'transaction: ',
    ];
    for (const name of named) expect(problems).toContainEqual(expect.stringContaining(name));
    expect(problems).toHaveLength(named.length);
  });

  test('are never shown: a secret in the wrong place stays secret', () => {
    const secret = 'postgres://someone:hunter2@:::/app';
    const problems = problemsOf({
      connectionString: secret,
      connection: secret,
      pool: secret,
      migrateWith: { connectionString: secret, pool: secret },
      directory: { secret },
      onBootstrap: secret,
      drift: { cron: secret, timeZone: secret },
      health: { timeout: secret },
    });
    expect(problems.length).toBeGreaterThanOrEqual(9);
    expect(problems.join()).not.toContain('hunter2');
  });
});
