import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { BreakableProxy } from '../../../../soak/breakable-proxy.js';
import { startCountingProxy } from '../../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { describeWith } from '../../../support/jest/needs.js';
import { startPgBouncer } from '../../../support/database/pgbouncer.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('stranded');

const proxies: BreakableProxy[] = [];
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

const FILES = { '1.sql': 'CREATE TABLE one (); SELECT pg_sleep(2)', '2.sql': 'CREATE TABLE two ()' };

/**
 * A run whose lines stall in the middle, and are never heard of again: not even that the client closes them. New
 * connections come through, as after a firewall has forgotten the old ones.
 */
async function runWithDeadLines(connectionString: string): Promise<void> {
  const proxy = await BreakableProxy.start(connectionString);
  proxies.push(proxy);
  const { migrator, warnings } = await migratorOn(db, FILES, {
    connectionString: proxy.connectionString,
    timeouts: { network: 1_000, connect: 2_000, connectRetry: 4_000 },
  });
  const startedAt = Date.now();
  const run = migrator.migrate();
  await until(async () => {
    const { rows } = await db.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    return rows.length > 0;
  });
  proxy.stall(false);
  expect((await run).applied).toEqual(['1.sql', '2.sql']);
  expect(Date.now() - startedAt).toBeLessThan(30_000);
  expect(warnings().join()).toContain('the history shows that everything was applied before that');
  expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
}

describe('a server that never hears that its client is gone', () => {
  test('learns it from the run that lost it, and keeps no lock', async () => {
    await runWithDeadLines(db.connectionString);
    await expectNoLeftovers(db, { patienceMs: 10_000 }); // the proxy still holds the dead lines open
  }, 90_000);
});

test('a server probes its client as long as that holds the lock, also behind the reset that ends a message', async () => {
  const proxy = await startCountingProxy(db.connectionString);
  const files = { '1.sql': 'SELECT 1', '2.sql': '-- no-transaction\nSELECT 2', '3.sql': 'SELECT 3' };
  await (await migratorOn(proxy, files)).migrator.migrate();
  const resets = proxy.messages.filter((text) => text.includes('RESET ALL'));
  expect(resets.length).toBeGreaterThanOrEqual(4); // one for each transactional file, two for the non-transactional one
  for (const text of resets) {
    expect(text.slice(text.lastIndexOf('RESET ALL'))).toMatch(
      /'tcp_keepalives_idle', '10'[\s\S]*'tcp_user_timeout', '30s'/,
    );
  }
});

describeWith('pgbouncer')('a pooler that never hears that its client is gone', () => {
  let pooled: string;
  beforeAll(async () => {
    pooled = await startPgBouncer(db.connectionString);
  });

  test('learns it from the run that lost it, and keeps no lock', async () => {
    await runWithDeadLines(pooled);
    await expectNoLeftovers(db, { allow: ['nestjs-pg-migrations', ''], patienceMs: 10_000 }); // its own connections, which are idle
  }, 90_000);
});
