import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Migrator } from '../../../src/migrator.js';
import type { Proxy } from '../../../tools/proxy/proxy.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type Files } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('health_check');
afterEach(() => expectNoLeftovers(db));

const COUNT = 200;
const many: Files = Object.fromEntries(
  Array.from({ length: COUNT }, (_, i) => [`${1_000 + i}_a.sql`, i % 50 === 7 ? '-- nothing' : `SELECT ${i}`]),
);

interface Site {
  readonly migrator: Migrator;
  readonly directory: string;
  readonly proxy: Proxy;
}

/** A migrator whose files are applied, behind a proxy. */
async function applied(files: Files): Promise<Site> {
  const { migrator: first, directory } = await migratorOn(db, files);
  await first.migrate().catch(() => {});
  const proxy = await startCountingProxy(db.connectionString);
  const { migrator } = await migratorOn(proxy, directory);
  return { migrator, directory, proxy };
}

/** How many messages some checks take, one after the other. */
async function messagesOf({ migrator, proxy }: Site, checks: number): Promise<number[]> {
  const counts: number[] = [];
  for (let i = 0; i < checks; i++) {
    const before = proxy.messages.length;
    await migrator.health();
    counts.push(proxy.messages.length - before);
  }
  return counts;
}

describe('a health check', () => {
  test(`is one message for ${COUNT} files, whose answer has no row for those that are applied as they are`, async () => {
    const site = await applied(many);
    await site.migrator.health();
    const before = site.proxy.traffic().bytesReceived;
    expect(await messagesOf(site, 3)).toEqual([1, 1, 1]);
    expect((site.proxy.traffic().bytesReceived - before) / 3).toBeLessThan(2_500); // with four rows of empty files
  });

  test('recomputes nothing while nothing has changed', async () => {
    const { migrator } = await applied(many);
    const first = await migrator.health();
    expect(first).toMatchObject({ up: true, summary: { applied: COUNT } });
    expect(await migrator.health()).toBe(first);
  });

  test.each<[string, (site: Site) => Promise<unknown>, object]>([
    ['a row is gone', () => db.query(`DELETE FROM shared.schema_migrations WHERE migration_file = '1000_a.sql'`), { up: false, blocking: [{ file: '1000_a.sql', state: 'out-of-order' }] }],
    ['a row has failed', () => db.query(`UPDATE shared.schema_migrations SET error_message = 'x' WHERE migration_file = '1000_a.sql'`), { up: false, blocking: [{ file: '1000_a.sql', state: 'failed' }] }],
    ['a row has another checksum', () => db.query(`UPDATE shared.schema_migrations SET checksum = repeat('f', 64), canonical_checksum = repeat('f', 64) WHERE migration_file = '1000_a.sql'`), { up: true, summary: { changed: 1 } }],
    ['a row has no checksum', () => db.query(`UPDATE shared.schema_migrations SET checksum = NULL WHERE migration_file = '1000_a.sql'`), { up: true, summary: { unverified: 1 } }],
    ['two rows have swapped their names', () => db.query(`UPDATE shared.schema_migrations SET migration_file = 'x' WHERE migration_file = '1000_a.sql'; UPDATE shared.schema_migrations SET migration_file = '1000_a.sql' WHERE migration_file = '1001_a.sql'; UPDATE shared.schema_migrations SET migration_file = '1001_a.sql' WHERE migration_file = 'x'`), { up: true, summary: { changed: 2 } }],
    ['a newer release has run', () => db.query(`INSERT INTO shared.schema_migrations (migration_file, checksum) VALUES ('9999_z.sql', repeat('f', 64))`), { up: true, message: 'the database is ahead of this release by 1 migration' }],
    ['a file has come', ({ directory }) => writeFile(join(directory, '9999_z.sql'), 'SELECT 1'), { up: false, blocking: [{ file: '9999_z.sql', state: 'pending' }] }],
    ['a file is gone', ({ directory }) => rm(join(directory, '1000_a.sql')), { up: true, summary: { missing: 1 } }],
    ['the table is gone', () => db.query('DROP TABLE shared.schema_migrations'), { up: false, summary: { pending: COUNT } }],
    ['a column is gone', () => db.query('ALTER TABLE shared.schema_migrations DROP COLUMN checksum'), { up: true, summary: { unverified: COUNT } }],
  ])('notices at once that %s', async (_, change, expected) => {
    const site = await applied(many);
    await site.migrator.health();
    await change(site);
    expect(await site.migrator.health()).toMatchObject(expected);
    expect(await site.migrator.health()).toMatchObject(expected);
  }); // prettier-ignore

  test('is one message from the second check on for rows that did not record the files', async () => {
    const site = await applied(many);
    await db.query(
      `INSERT INTO shared.schema_migrations (migration_file, checksum) VALUES ('9999_z.sql', repeat('f', 64))`,
    );
    await db.query(
      `UPDATE shared.schema_migrations SET checksum = repeat('f', 64) WHERE migration_file = '1000_a.sql'`,
    );
    expect(await messagesOf(site, 3)).toEqual([2, 1, 1]);
    expect((await site.migrator.health()).summary).toMatchObject({ ahead: 1, changed: 1 });
  });

  test('is one message while a migration has failed', async () => {
    const site = await applied({ ...many, '5000_fails.sql': 'SELECT 1/0' });
    expect(await messagesOf(site, 2)).toEqual([1, 1]);
    expect(await site.migrator.health()).toMatchObject({
      up: false,
      blocking: [{ file: '5000_fails.sql', state: 'failed' }],
    });
  });
});
