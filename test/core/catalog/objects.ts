import type { Catalog } from '../../../src/core/catalog/catalog.js';
import type { CatalogObject, ObjectKind } from '../../../src/core/catalog/catalog-object.js';

/** An object for a test: `object('column', 'public.orders.note', 'text')`. */
export function object(
  kind: ObjectKind,
  name: string,
  definition = '',
  properties: Readonly<Record<string, string>> = {},
): CatalogObject {
  return { kind, name: name.split('.'), definition, properties };
}

/** A catalog with these objects in one group. */
export function catalog(objects: readonly CatalogObject[], serverVersion = 180_000): Catalog {
  return { serverVersion, objects: { relations: objects } };
}
