import type { CatalogObjects } from '../../core/catalog/catalog.js';
import type { CatalogObject, ObjectKind } from '../../core/catalog/catalog-object.js';
import type { ObjectGroup } from '../../core/catalog/object-group.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { fromProperties, toProperties } from '../catalog/snapshot/read-objects.js';

/** An object in its stored form. The server compresses the column. */
type Stored = readonly [ObjectGroup, ObjectKind, readonly string[], string | null, string | null];

/** An expression for the content of a record. @param objects the name of a FROM item with the rows of `objectsSql` */
export function contentOfRows(objects: string): string {
  const stored = 'object_group, kind, array_remove(ARRAY[schema, parent, name], NULL), definition, properties';
  return `(SELECT convert_to(coalesce(json_agg(json_build_array(${stored}))::text, '[]'), 'UTF8') FROM ${objects})`;
}

/** The same for objects that differ from those in the catalog. */
export function contentOf(objects: CatalogObjects): string {
  const groups = Object.entries(objects) as [ObjectGroup, readonly CatalogObject[]][];
  const stored = groups.flatMap(([group, of]) =>
    of.map(({ kind, name, definition, properties }): Stored => [
      group,
      kind,
      name,
      definition,
      fromProperties(properties),
    ]),
  );
  return `convert_to(${quoteLiteral(JSON.stringify(stored))}, 'UTF8')`;
}

/** The objects in the content. @param groups the groups that it contains */
export function toObjects(content: string, groups: readonly ObjectGroup[]): CatalogObjects {
  const objects = new Map<ObjectGroup, CatalogObject[]>(groups.map((group) => [group, []]));
  for (const [group, kind, name, definition, properties] of JSON.parse(content) as Stored[]) {
    const object = { kind, name, definition: definition ?? '', properties: toProperties(properties ?? '') };
    objects.get(group)?.push(object);
  }
  return Object.fromEntries(objects);
}
