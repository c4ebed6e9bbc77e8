import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ConfigurationError, DatabaseError, makeMigrator, RefusedError } from '../../../src/migrator.js';
import { serverRole, serverUrl, withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes } from '../../support/migrator/history-of.js';
import { migratorOn, type Files } from '../../support/migrator/migrator-on.js';
import { describeWith } from '../../support/jest/needs.js';
import { startPgBouncer } from '../../support/database/pgbouncer.js';
import { createRole } from '../../support/database/role.js';
import { testSince } from '../../support/server/since-version.js';

const db = useEmptyDatabase('acting_role');
const owner = `The "Owner" ${randomBytes(3).toString('hex')}`;
const quoted = `"${owner.replaceAll('"', '""')}"`;
let deploy: Awaited<ReturnType<typeof createRole>>;

beforeAll(async () => {
  deploy = await createRole();
  await withClient(serverUrl(), async (client) => {
    await client.query(
      `CREATE ROLE ${quoted} NOLOGIN; ALTER ROLE ${deploy.name} NOINHERIT; GRANT ${quoted} TO ${deploy.name}`,
    );
  });
});
beforeEach(() =>
  db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${quoted}; GRANT USAGE, CREATE ON SCHEMA public TO ${quoted}`),
);
afterEach(() => db.query(`DROP OWNED BY ${quoted}, ${deploy.name}`));
afterAll(() => withClient(serverUrl(), (client) => client.query(`DROP ROLE ${quoted}`)));

/** Who owns the relations, the history included. */
async function owners(): Promise<string[]> {
  const { rows } = await db.query<{ owner: string }>(
    `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE nspname IN ('public', 'shared') AND relkind IN ('r', 'i', 'S', 'v')`,
  );
  return rows.map((row) => row.owner);
}

const who = (n: number): string =>
  `CREATE TABLE who${n} AS SELECT current_user::text AS me, session_user::text AS login`;
const FILES: Files = { '1.sql': who(1), '2.sql': `${who(2)}; RESET ROLE; SET search_path = public`, '3.sql': who(3) };
const STEPS: Files = {
  '4.sql': `${who(4)}; CREATE INDEX CONCURRENTLY i ON who4 (me); ${who(5)}; VACUUM who4; ${who(6)}`,
};

async function expectActed(tables: number): Promise<void> {
  for (let n = 1; n <= tables; n++) {
    expect((await db.query(`SELECT me, login FROM who${n}`)).rows).toEqual([{ me: owner, login: deploy.name }]);
  }
  expect(await owners()).toEqual([owner]);
  expect(new Set((await historyOf(db)).map(({ executed_by }) => executed_by))).toEqual(new Set([owner]));
}

describe('the option role, with a login that has no right of its own', () => {
  test('everything is made and owned by the role: objects and history, transactional or not', async () => {
    const options = { connectionString: deploy.urlOf(db), role: owner };
    const { migrator, directory } = await migratorOn(db, { ...FILES, ...STEPS }, options);
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql', '4.sql']);
    await expectActed(6);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect((await migrator.status()).summary.applied).toBe(4);
    // Another login continues.
    const other = await createRole();
    await db.query(`GRANT ${quoted} TO ${other.name}`);
    const next = await migratorOn(db, directory, { connectionString: other.urlOf(db), role: owner });
    expect((await next.migrator.repair()).length).toBe(0);
    expect((await next.migrator.migrate()).applied).toEqual([]);
  });

  test('a caller’s pool gets its role back', async () => {
    const pool = db.pool({ connectionString: deploy.urlOf(db), max: 1 });
    const { migrator } = await migratorOn(db, FILES, { pool, role: owner });
    await migrator.migrate();
    expect((await pool.query('SELECT current_user AS me')).rows).toEqual([{ me: deploy.name }]);
    await migrator.status();
    expect((await pool.query('SELECT current_user AS me')).rows).toEqual([{ me: deploy.name }]);
    await pool.end();
  });

  test('all in one transaction, baseline, mark and failures are of the role too', async () => {
    const options = { connectionString: deploy.urlOf(db), role: owner };
    const together = await migratorOn(db, FILES, { ...options, transaction: 'all' });
    await together.migrator.migrate();
    await expectActed(3);
    const more = {
      ...FILES,
      '4.sql': 'SELECT 1',
      '5.sql': 'SET ROLE NONE; SELECT 1/0',
      '6.sql': '-- no-transaction\nSELECT 1/0',
    };
    const { migrator } = await migratorOn(db, more, options);
    expect(await migrator.mark('4.sql')).toEqual(['4.sql']);
    await expect(migrator.migrate()).rejects.toThrow('division by zero');
    await migrator.mark('5.sql');
    await expect(migrator.migrate()).rejects.toThrow('division by zero');
    expect(await outcomes(db)).toMatchObject({
      '4.sql': 'applied',
      '5.sql': 'applied',
      '6.sql': 'division by zero (SQLSTATE 22012)',
    });
    expect(new Set((await historyOf(db)).map(({ executed_by }) => executed_by))).toEqual(new Set([owner]));
  });

  test('with another connection for migrating, the application reads under its own name', async () => {
    const reader = await createRole();
    const { migrator } = await migratorOn(db, FILES, {
      connectionString: reader.urlOf(db),
      migrateWith: { connectionString: deploy.urlOf(db) },
      role: owner,
    });
    await migrator.migrate();
    const denied = await failureOf(migrator.status(), DatabaseError);
    expect(denied.server).toMatchObject({
      sqlstate: '42501',
      hint: expect.stringMatching(
        new RegExp(`GRANT USAGE .* TO "${reader.name}"; GRANT SELECT .* TO "${reader.name}";`),
      ),
    });
    await db.query(
      `GRANT USAGE ON SCHEMA shared TO ${reader.name}; GRANT SELECT ON shared.schema_migrations TO ${reader.name}`,
    );
    expect((await migrator.status()).summary.applied).toBe(3);
    await db.query(`DROP OWNED BY ${reader.name}`);
  });
});

describe('a role that cannot be taken on', () => {
  test.each([
    ['does not exist', () => 'nobody_at_all', '22023'],
    ['was not granted', () => serverRole(), '42501'],
  ])('because it %s is named, with the way out, and nothing is changed', async (_why, role, sqlstate) => {
    const { migrator } = await migratorOn(db, FILES, { connectionString: deploy.urlOf(db), role: role() });
    for (const work of [() => migrator.migrate(), () => migrator.status(), () => migrator.baseline('1')]) {
      const error = await failureOf(work(), DatabaseError);
      expect(error.message).toContain(`Migrations cannot act as the role ${role()} (option role)`);
      expect(error.server).toMatchObject({
        sqlstate,
        hint: expect.stringContaining(`GRANT "${role()}" TO "${deploy.name}";`),
      });
    }
    expect((await db.query(`SELECT to_regnamespace('shared') AS shared`)).rows).toEqual([{ shared: null }]);
  });

  test.each(['', 'none', 'NONE', 'x'.repeat(64)])('because it cannot be one is refused: %j', (role) => {
    expect(() => makeMigrator({ connectionString: 'postgres://localhost/x', role })).toThrow(ConfigurationError);
  });
});

describeWith('pgbouncer')('behind a pooler in transaction mode', () => {
  let pooled: string;
  beforeAll(async () => {
    pooled = await startPgBouncer(deploy.urlOf(db));
  });

  test('the role holds for transactions, and no stranger is left with it', async () => {
    const { migrator } = await migratorOn(db, FILES, { connectionString: pooled, role: owner });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    await expectActed(3);
    const { rows } = await withClient(pooled, (client) => client.query('SELECT current_user AS me'));
    expect(rows).toEqual([{ me: deploy.name }]);
  });

  testSince(14, 'REINDEX of what is partitioned')(
    'a file that only the server refuses in a transaction fails, and never continues as another role',
    async () => {
      const files = {
        '1.sql': 'CREATE TABLE p (n int) PARTITION BY LIST (n)',
        '2.sql': 'CREATE TABLE two (); REINDEX TABLE p',
      };
      const { migrator } = await migratorOn(db, files, { connectionString: pooled, role: owner });
      await expect(migrator.migrate()).rejects.toThrow('connect to the database directly');
      expect(await outcomes(db)).toMatchObject({ '1.sql': 'applied', '2.sql': expect.stringContaining('25001') });
    },
  );

  test('a file that leaves transactions is refused, and works over a direct connection', async () => {
    const { migrator, directory } = await migratorOn(db, STEPS, { connectionString: pooled, role: owner });
    await expect(migrator.migrate()).rejects.toBeInstanceOf(RefusedError);
    await expect(migrator.migrate()).rejects.toThrow(
      'where the configured role and search path cannot be set behind a transaction-mode pooler',
    );
    const options = { connectionString: pooled, migrateWith: { connectionString: deploy.urlOf(db) }, role: owner };
    expect((await (await migratorOn(db, directory, options)).migrator.migrate()).applied).toEqual(['4.sql']);
  });
});
