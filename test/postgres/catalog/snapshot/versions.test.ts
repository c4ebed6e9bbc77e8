import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { displayObject } from '../../../../src/core/catalog/catalog-object.js';
import { compareCatalogs } from '../../../../src/core/catalog/compare-catalogs.js';
import { catalogOf, type ReadCatalog } from '../../../support/database/catalog-of.js';
import { serverMajor } from '../../../support/server/since-version.js';
import { useTestDatabase } from '../../../support/server/use-test-database.js';
import { dropFixture, fixtureSql } from '../changes/fixture.js';
import { readRecorded, RECORDED_MAJORS } from '../recorded/files.js';

const ROLE = `versions_${process.pid}`;

/** What servers write differently although it is the same, by the version that began it. */
const REWRITTEN: readonly (readonly [number, string])[] = [
  [14, 'Procedure app.tidy(integer)'],
  [14, `Subscription sub_${ROLE}`],
  [16, 'View app.recent'],
  [16, 'Materialized view app.totals'],
  [16, `Subscription sub_${ROLE}`],
  [18, `Subscription sub_${ROLE}`],
  [18, 'Extension citext'],
];

describe('one schema on two versions of PostgreSQL', () => {
  afterAll(() => dropFixture(database, ROLE));

  const database = useTestDatabase();
  let live: ReadCatalog;

  beforeAll(async () => {
    await database.query(fixtureSql(ROLE));
    live = await catalogOf(database.connectionString);
  });

  test.each(RECORDED_MAJORS)('recorded on %s: nothing was added or removed, and few definitions differ', (major) => {
    const recorded = readRecorded(major, ROLE);
    const { added, removed, changed, rewritten } = compareCatalogs(recorded, live, () => false);
    expect({ added, removed, changed }).toEqual({ added: [], removed: [], changed: [] });
    const [from, to] = [major, serverMajor()].toSorted((a, b) => a - b) as [number, number];
    const expected = REWRITTEN.filter(([since]) => from < since && since <= to).map(([, name]) => name);
    expect(rewritten.map(({ live: object }) => displayObject(object)).toSorted()).toEqual(
      [...new Set(expected)].toSorted(),
    );
  });

  test('an object that only one of them has still counts', async () => {
    const recorded = readRecorded(serverMajor() === 13 ? 18 : 13, ROLE);
    const without = { ...live, objects: { ...live.objects, types: live.objects.types?.slice(1) ?? [] } };
    expect(compareCatalogs(recorded, without, () => false).removed).toHaveLength(1);
    expect(compareCatalogs(without, recorded, () => false).added).toHaveLength(1);
  });
});
