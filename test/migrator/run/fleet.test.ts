import { describe, expect, test } from '@jest/globals';
import { runFleet } from '../../../soak/fleet.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { describeWith } from '../../support/jest/needs.js';
import { startPgBouncer } from '../../support/database/pgbouncer.js';

const db = useEmptyDatabase('fleet');

/** `npm run soak` has fifty, and measures how long they take. */
const processes = 20;
const RIGHT = { processes, files: 40, migrated: 1, problems: [] };

describe('twenty processes of the built package at once on an empty database', () => {
  test('apply each of forty files once, a concurrent index build among them', async () => {
    expect(await runFleet(db.connectionString, { processes })).toMatchObject(RIGHT);
  }, 120_000);
});

describeWith('pgbouncer')('twenty processes behind a pooler with five connections', () => {
  test('do the same', async () => {
    const by = await startPgBouncer(db.connectionString, { default_pool_size: 5 });
    expect(await runFleet(db.connectionString, { by, processes })).toMatchObject(RIGHT);
  }, 120_000);
});
