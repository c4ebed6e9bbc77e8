import type { CatalogFingerprint } from '../../../core/catalog/catalog.js';
import type { CatalogObject, ObjectKind } from '../../../core/catalog/catalog-object.js';
import type { ObjectGroup } from '../../../core/catalog/object-group.js';
import type { PgConnection } from '../../connection/pg-connection.js';
import type { Row } from '../../connection/script.js';
import { fingerprintSql, objectsSql } from '../queries/all-queries.js';
import { SEPARATOR } from '../queries/object-query.js';
import type { QueryScope } from '../queries/scope.js';

/** Objects of a database by group, with the fingerprint that the server computes over them. */
export interface CatalogReading {
  readonly objects: Readonly<Partial<Record<ObjectGroup, readonly CatalogObject[]>>>;
  readonly fingerprint: CatalogFingerprint;
}

/** Fingerprints groups on the server. Call it in a transaction of `beginReading`. @throws the driver's error. */
export async function readFingerprint(
  connection: PgConnection,
  scope: QueryScope,
  groups: readonly ObjectGroup[],
): Promise<CatalogFingerprint> {
  const rows = await connection.query(fingerprintSql(scope, groups));
  return Object.fromEntries(rows.map((row) => [row['object_group'], row['fingerprint']]));
}

/** Reads all objects of groups. Call it in a transaction of `beginReading`. @throws the driver's error. */
export async function readObjects(
  connection: PgConnection,
  scope: QueryScope,
  groups: readonly ObjectGroup[],
): Promise<CatalogReading> {
  return toReading(await connection.query(objectsSql(scope, groups)), groups);
}

/** The objects in the rows of `objectsSql`. */
export function toReading(rows: readonly Row[], groups: readonly ObjectGroup[]): CatalogReading {
  const objects = new Map<ObjectGroup, CatalogObject[]>(groups.map((group) => [group, []]));
  const sums = new Map<ObjectGroup, bigint>();
  for (const row of rows) {
    const group = row['object_group'] as ObjectGroup;
    objects.get(group)?.push(toObject(row));
    sums.set(group, (sums.get(group) ?? 0n) + BigInt(row['hash'] ?? 0));
  }
  const fingerprint = Object.fromEntries(
    [...objects].map(([group, { length }]) => [group, `${length}:${sums.get(group) ?? 0n}`]),
  );
  return { objects: Object.fromEntries(objects), fingerprint };
}

function toObject(row: Row): CatalogObject {
  const name = [row['schema'], row['parent'], row['name']].filter((part) => part !== null && part !== undefined);
  return {
    kind: row['kind'] as ObjectKind,
    name,
    definition: row['definition'] ?? '',
    properties: toProperties(row['properties'] ?? ''),
  };
}

function toProperties(text: string): Record<string, string> {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(SEPARATOR).map((property) => {
      const at = property.indexOf(': ');
      return [property.slice(0, at), property.slice(at + 2)];
    }),
  );
}
