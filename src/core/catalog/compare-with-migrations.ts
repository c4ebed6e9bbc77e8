import type { Finding } from '../errors/finding.js';
import type { Catalog } from './catalog.js';
import type { CatalogObject, ObjectKind } from './catalog-object.js';
import { compareCatalogs } from './compare-catalogs.js';
import { describeDifferences } from './describe-differences.js';
import type { ObjectFilter } from './patterns.js';

const CODES = {
  removed: 'NOT_IN_DATABASE',
  added: 'NOT_IN_MIGRATIONS',
  changed: 'DIFFERS_FROM_MIGRATIONS',
} as const;

/** A catalog, and the role that owns what the migrations create. */
interface OwnedCatalog extends Catalog {
  readonly owner: string | undefined;
}

/** How the live catalog differs from what the migrations created in an empty database. */
export function compareWithMigrations(expected: OwnedCatalog, live: OwnedCatalog, ignores: ObjectFilter): Finding[] {
  const recorded = { ...expected, objects: ownedBy(expected, live.owner) };
  const difference = compareCatalogs(recorded, live, (object) => isOfDatabase(object) || ignores(object));
  return describeDifferences({ recorded, live, difference }, CODES);
}

/** Another role may migrate the scratch database: its objects are compared as if the usual role owned them. */
function ownedBy({ objects, owner }: OwnedCatalog, usual: string | undefined): Catalog['objects'] {
  if (owner === undefined || usual === undefined || owner === usual) return objects;
  const renamed = (object: CatalogObject): CatalogObject =>
    object.properties['owner'] === owner ? { ...object, properties: { ...object.properties, owner: usual } } : object;
  return Object.fromEntries(Object.entries(objects).map(([group, of]) => [group, of.map(renamed)]));
}

const ABOUT_DATABASE: readonly ObjectKind[] = ['database', 'setting'];

/** By kind, names of objects that come with every database: a server upgrade keeps their owner and privileges. */
const OF_EVERY_DATABASE: Partial<Record<ObjectKind, readonly string[]>> = {
  schema: ['public'],
  grants: ['public.schema', 'database'],
  comment: ['database'],
};

/** Objects that no migration creates: the database itself and those in every database. */
function isOfDatabase({ kind, name }: CatalogObject): boolean {
  return ABOUT_DATABASE.includes(kind) || (OF_EVERY_DATABASE[kind]?.includes(name.join('.')) ?? false);
}
