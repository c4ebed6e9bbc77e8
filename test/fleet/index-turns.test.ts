import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LockTimeoutError, type FleetOptions, type MigrationEvent } from '../../src/migrator.js';
import { turnKeys } from '../../src/postgres/lock/lock.js';
import { withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { until } from '../support/jest/until.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo, type ObservedFleet } from './fleet-on.js';

const db = useEmptyDatabase('index_turns');
const INDEX = '-- no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);';
const files = { '1_a.sql': 'CREATE TABLE a (id int);', '2_i.sql': INDEX };

beforeEach(() => db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2; CREATE SCHEMA s3'));
afterEach(() => expectNoLeftovers(db));

type Options = Pick<FleetOptions, 'lock' | 'timeouts'> & {
  files?: Record<string, string>;
  onEvent?: (event: MigrationEvent) => void;
};

/** The key of an advisory lock for which a migration waits. */
const GATE = 77n;

function fleetOf(names: readonly number[], { onEvent, ...options }: Options = {}): Promise<ObservedFleet> {
  const list = names.map((i) => tenantsUpTo(4)[i] as { name: string });
  return fleetOn(
    {},
    { connectionString: db.connectionString, files, tenants: { list }, ...(onEvent && { onEvent }), ...options },
  );
}

/** Has the turn, or comes next, as another process would, or holds another lock, during some work. */
async function whileItIsTaken(
  work: (give: () => Promise<void>) => Promise<void>,
  key: bigint = turnKeys(db.name).turn,
): Promise<void> {
  await withClient(db.connectionString, async (client) => {
    await client.query(`SELECT pg_advisory_lock(${key})`);
    await work(async () => void (await client.query(`SELECT pg_advisory_unlock(${key})`)));
  });
}

/** How many sessions wait to be the next one. */
const waiting = async (): Promise<boolean> => {
  const bits = BigInt.asUintN(32, turnKeys(db.name).next);
  const { rowCount } = await db.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${bits} AND granted`,
  );
  return rowCount === 1;
};

const started = ({ events }: ObservedFleet): string[] =>
  events.flatMap((event) =>
    event.type === 'migration-started' && event.file === '2_i.sql' ? [event.tenant ?? ''] : [],
  );

const warningsOf = ({ events }: ObservedFleet): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [`${event.finding.code} ${event.finding.subject}`] : []));

describe('non-transactional migrations of tenants in one database', () => {
  test.each<NonNullable<FleetOptions['lock']>>(['auto', 'transaction'])(
    'run one at a time in two processes, with the lock %s',
    async (lock) => {
      const order: string[] = [];
      const onEvent = (event: MigrationEvent): void => {
        const isEnd = event.type === 'migration-started' || event.type === 'migration-applied';
        if (isEnd && event.file === '2_i.sql') order.push(`${event.type} ${event.tenant}`);
      };
      const fleets = [await fleetOf([0, 1], { lock, onEvent }), await fleetOf([2, 3], { lock, onEvent })];
      const runs = await Promise.all(fleets.map(({ fleet }) => fleet.migrate()));
      expect(runs.map(({ counts }) => counts.applied)).toEqual([2, 2]);
      expect(order).toHaveLength(8);
      for (let i = 0; i < order.length; i += 2)
        expect(order[i + 1]).toBe(order[i]?.replace('migration-started', 'migration-applied'));
    },
  );

  test.each<NonNullable<FleetOptions['lock']>>(['auto', 'transaction'])(
    'wait for the turn, with the lock %s, while others are migrated',
    async (lock) => {
      await whileItIsTaken(async (give) => {
        const observed = await fleetOf([0], { lock });
        const rollout = observed.fleet.migrate();
        await until(() =>
          observed.events.some((event) => event.type === 'migration-applied' && event.file === '1_a.sql'),
        );
        await until(waiting);
        expect(started(observed)).toEqual([]);
        await db.query('CREATE TABLE public.elsewhere (id int); CREATE INDEX ON public.elsewhere (id)');
        await withClient(
          db.connectionString,
          (client) => client.query('CREATE INDEX CONCURRENTLY by_id ON public.elsewhere (id)'), // would wait for a snapshot
        );
        await give();
        expect(inBrief(await rollout)).toEqual(['t0 applied 1_a.sql 2_i.sql']);
      });
    },
  );

  test('wait for another one of their process however long it takes, and send something all the while', async () => {
    await whileItIsTaken(async (give) => {
      const slow = { '2_i.sql': `-- no-transaction\nSELECT pg_advisory_lock(${GATE}), pg_advisory_unlock(${GATE});` };
      const observed = await fleetOf([0, 1], { files: slow, timeouts: { migrationLock: 200 } });
      const rollout = observed.fleet.migrate();
      const checks = new Set<string>();
      await until(async () => {
        const { rows } = await db.query<{ at: string }>(
          `SELECT query_start::text AS at FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_blocking_pids%' AND pid <> pg_backend_pid()`,
        );
        for (const { at } of rows) checks.add(at);
        return checks.size > 3;
      });
      expect(started(observed)).toHaveLength(1);
      await give();
      expect((await rollout).counts.applied).toBe(2);
    }, GATE);
  });

  test('get the turn of a process that was killed', async () => {
    const { fleet } = await fleetOf([0]);
    let rollout: Promise<unknown> | undefined;
    await withClient(db.connectionString, async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        `SELECT pg_backend_pid() AS pid FROM pg_advisory_lock(${turnKeys(db.name).turn})`,
      );
      rollout = fleet.migrate();
      await until(waiting);
      await db.query(`SELECT pg_terminate_backend(${rows[0]?.pid})`);
    }).catch((error: unknown) => {
      if (!/terminat/i.test(String(error))) throw error; // a terminated client cannot close its connection cleanly
    });
    expect(await rollout).toMatchObject({ counts: { applied: 1 } });
  });

  test('fail after the timeout without having begun; what was applied before is in the audit', async () => {
    await whileItIsTaken(async () => {
      const observed = await fleetOf([0], { timeouts: { migrationLock: 300 } });
      const { report } = await stopOf(observed.fleet.migrate());
      expect(inBrief(report)).toEqual(['t0 failed 1_a.sql']);
      const { error } = report.tenants[0] as (typeof report.tenants)[0];
      expect(error).toBeInstanceOf(LockTimeoutError);
      expect(error).toMatchObject({
        awaited: 'turn',
        applied: ['1_a.sql'],
        holder: { applicationName: 'test-support' },
      });
      expect(error?.message).toMatch(
        /^Waited \d+ m?s to run 2_i\.sql: non-transactional migrations of tenants run one at a time in each database, and the turn is held by backend \d+ \(test-support\), connected since .*\. This run had applied 1_a\.sql\. .* terminate it with SELECT pg_terminate_backend\(\d+\)\./,
      );
    });
    const rows = await db.query('SELECT migration_file FROM shared.schema_migrations_tenants');
    expect(rows.rows).toEqual([{ migration_file: '1_a.sql' }]);
    const audit = await db.query(`SELECT files FROM shared.schema_migrations_audit WHERE action = 'migrate'`);
    expect(audit.rows).toEqual([{ files: ['1_a.sql'] }]);
    expect((await (await fleetOf([0])).fleet.migrate()).counts.applied).toBe(1);
  });

  test.each<NonNullable<FleetOptions['lock']>>(['auto', 'transaction'])(
    'fail after the timeout, with the lock %s, if the next one does not take its turn',
    async (lock) => {
      await whileItIsTaken(async () => {
        const { fleet } = await fleetOf([0], { lock, timeouts: { migrationLock: 300 } });
        const { report } = await stopOf(fleet.migrate());
        expect(report.tenants[0]?.error?.message).toMatch(
          /nobody has the turn, but the place of the next one is held by backend \d+ \(test-support\)/,
        );
      }, turnKeys(db.name).next);
    },
  );

  test.each<[NonNullable<FleetOptions['lock']>, string, string[]]>([
    ['auto', 'DISCARD ALL', ['TURN_LOST 2_i.sql']],
    ['auto', 'SELECT pg_advisory_unlock_all()', ['TURN_LOST 2_i.sql']],
    ['transaction', 'DISCARD ALL', []], // another session has the turn
    ['auto', 'SELECT 1', []],
  ])('with the lock %s, warn if they contain %s and so lose their turn', async (lock, statement, expected) => {
    const observed = await fleetOf([0], { lock, files: { '2_i.sql': `-- no-transaction\n${statement};` } });
    expect((await observed.fleet.migrate()).counts.applied).toBe(1);
    expect(warningsOf(observed)).toEqual(expected);
  });

  test('warn also if they failed after they had lost their turn', async () => {
    const observed = await fleetOf([0], { files: { '2_i.sql': '-- no-transaction\nDISCARD ALL;\nSELECT 1/0;' } });
    await stopOf(observed.fleet.migrate());
    expect(warningsOf(observed)).toEqual(['TURN_LOST 2_i.sql']);
  });

  test('can be interrupted while they wait', async () => {
    await whileItIsTaken(async () => {
      const { fleet } = await fleetOf([0]);
      const rollout = stopOf(fleet.migrate());
      await until(waiting);
      await fleet.stop('a request');
      expect(inBrief((await rollout).report)).toEqual(['t0 interrupted 1_a.sql']);
    });
    expect((await db.query('SELECT migration_file FROM shared.schema_migrations_tenants')).rows).toHaveLength(1);
  });
});

describe('other non-transactional migrations', () => {
  const shared = { '1_b.sql': 'CREATE TABLE public.b (id int)', '2_b.sql': INDEX.replaceAll(/\ba\b/g, 'public.b') };

  test('in the shared files of a fleet take turns with those of tenants', async () => {
    await whileItIsTaken(async () => {
      const { fleet } = await fleetOn(shared, {
        connectionString: db.connectionString,
        files,
        tenants: { list: tenantsUpTo(1) },
        timeouts: { migrationLock: 200 },
      });
      expect((await failureOf(fleet.migrate(), LockTimeoutError)).message).toContain('to run 2_b.sql');
    });
  });

  test('that waited for too long leave the catalog recorded as it is after the files before them', async () => {
    const { fleet } = await fleetOn(shared, {
      connectionString: db.connectionString,
      files,
      tenants: { list: tenantsUpTo(1) },
      timeouts: { migrationLock: 200 },
    });
    await whileItIsTaken(async () => void (await failureOf(fleet.migrate(), LockTimeoutError)));
    await db.query('CREATE TABLE public.by_hand (id int)');
    const { migrator } = await migratorOn(db, shared);
    expect((await migrator.migrate()).applied).toEqual(['2_b.sql']);
    expect((await migrator.drift()).map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'OBJECT_ADDED Table public.by_hand',
    ]);
  });

  test('of an application without tenants do not', async () => {
    await whileItIsTaken(async () => {
      const { migrator } = await migratorOn(db, shared);
      expect((await migrator.migrate()).applied).toEqual(['1_b.sql', '2_b.sql']);
    });
  });
});
