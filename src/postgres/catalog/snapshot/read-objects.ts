import type { CatalogFingerprint } from '../../../core/catalog/catalog.js';
import type { CatalogObject, ObjectKind } from '../../../core/catalog/catalog-object.js';
import type { ObjectGroup } from '../../../core/catalog/object-group.js';
import type { PgConnection } from '../../connection/pg-connection.js';
import type { Row } from '../../connection/script.js';
import { EMPTY_GROUP, fingerprintSql, objectsSql, type ObjectSelection } from '../queries/all-queries.js';
import { SEPARATOR } from '../queries/object-query.js';

/** Objects of a database by group, with the fingerprint that the server computes over them. */
export interface CatalogReading {
  readonly objects: Readonly<Partial<Record<ObjectGroup, readonly CatalogObject[]>>>;
  readonly fingerprint: CatalogFingerprint;
}

/** Fingerprints groups on the server. Call it in a transaction of `beginReading`. @throws the driver's error. */
export async function readFingerprint(
  connection: PgConnection,
  selection: ObjectSelection,
): Promise<CatalogFingerprint> {
  const rows = await connection.query(fingerprintSql(selection));
  const found = new Map(rows.map((row) => [row['object_group'], row['fingerprint']]));
  return Object.fromEntries(selection.groups.map((group) => [group, found.get(group) ?? EMPTY_GROUP]));
}

/** Reads all objects of groups. Call it in a transaction of `beginReading`. @throws the driver's error. */
export async function readObjects(connection: PgConnection, selection: ObjectSelection): Promise<CatalogReading> {
  const rows = await connection.query(objectsSql(selection));
  const objects = new Map<ObjectGroup, CatalogObject[]>(selection.groups.map((group) => [group, []]));
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

/** The properties in the text of `selectObjects`. */
export function toProperties(text: string): Record<string, string> {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(SEPARATOR).map((property) => {
      const at = property.indexOf(': ');
      return [property.slice(0, at), property.slice(at + 2)];
    }),
  );
}

/** The inverse of {@link toProperties}. */
export function fromProperties(properties: CatalogObject['properties']): string {
  return Object.entries(properties)
    .map(([property, value]) => `${property}: ${value}`)
    .join(SEPARATOR);
}
