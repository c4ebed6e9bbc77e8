import type pg from 'pg';
import type { Catalog, CatalogFingerprint } from '../../../src/core/catalog/catalog.js';
import { compareCatalogs } from '../../../src/core/catalog/compare-catalogs.js';
import { displayObject } from '../../../src/core/catalog/catalog-object.js';
import { OPTIONAL_GROUPS, SCHEMA_GROUPS, type ObjectGroup } from '../../../src/core/catalog/object-group.js';
import { schemasNamed, type QueryScope } from '../../../src/postgres/catalog/queries/scope.js';
import { toPresentKinds } from '../../../src/postgres/catalog/queries/rare-kinds.js';
import { readObjects } from '../../../src/postgres/catalog/snapshot/read-objects.js';
import { beginReading } from '../../../src/postgres/catalog/snapshot/read-transaction.js';
import { LIVE_SQL } from '../../../src/postgres/catalog/snapshot/stamp.js';
import { connectionOn } from './connection-on.js';
import { withClient } from './database.js';

/** Everything that can be read. */
export const ALL_GROUPS: readonly ObjectGroup[] = [...SCHEMA_GROUPS, ...OPTIONAL_GROUPS];

/** Every schema of the database. */
export const EVERYTHING: QueryScope = { schemas: schemasNamed(['*']), without: [] };

/** A catalog that was read in a test, with the fingerprint of the same moment. */
export interface ReadCatalog extends Catalog {
  readonly fingerprint: CatalogFingerprint;
}

/** Reads a catalog in a transaction of its own. @param role who reads */
export async function catalogOf(
  connectionString: string,
  scope = EVERYTHING,
  groups = ALL_GROUPS,
  role?: string,
): Promise<ReadCatalog> {
  return withClient(connectionString, async (client) => {
    await client.query(beginReading({ role, statementTimeoutMs: 0 }).join('; '));
    const catalog = await readOn(client, scope, groups);
    await client.query('COMMIT');
    return catalog;
  });
}

/** Reads a catalog in the open transaction, as recording and checking do: without the kinds that do not exist. */
export async function readOn(client: pg.Client, scope = EVERYTHING, groups = ALL_GROUPS): Promise<ReadCatalog> {
  const connection = connectionOn(client);
  const { rows } = await client.query<{ v: string; kinds: string }>(
    `SELECT current_setting('server_version_num') AS v, live.kinds FROM ${LIVE_SQL}`,
  );
  const kinds = toPresentKinds(rows[0]?.kinds);
  const { objects, fingerprint } = await readObjects(connection, { scope, groups, kinds });
  return { serverVersion: Number(rows[0]?.v), objects, fingerprint };
}

/** How two catalogs differ, one line an object: `added Table public.orders`. */
export function differences(recorded: Catalog, live: Catalog): string[] {
  const { added, removed, changed, rewritten } = compareCatalogs(recorded, live, () => false);
  return [
    ...added.map((object) => `added ${displayObject(object)}`),
    ...removed.map((object) => `removed ${displayObject(object)}`),
    ...changed.map(({ live: object }) => `changed ${displayObject(object)}`),
    ...rewritten.map(({ live: object }) => `rewritten ${displayObject(object)}`),
  ].toSorted();
}
