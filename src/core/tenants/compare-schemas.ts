import type { Catalog, CatalogObjects } from '../catalog/catalog.js';
import { objectKey, type CatalogObject } from '../catalog/catalog-object.js';
import { compareCatalogs, type CatalogDifference } from '../catalog/compare-catalogs.js';
import type { ObjectFilter } from '../catalog/patterns.js';
import { differOnlyInSchema, SchemaName } from './schema-name.js';

/** What is in the schema of a tenant; or in its whole database, if it has no schema. */
export interface TenantCatalog extends Catalog {
  readonly schema: string | undefined;
}

/** Two catalogs without the names of their schemas, and how they differ. */
interface ComparedSchemas {
  readonly recorded: Catalog;
  readonly live: Catalog;
  readonly difference: CatalogDifference;
}

/** Compares the schema of a tenant with that of another one. @param ignores objects to leave out. */
export function compareSchemas(reference: TenantCatalog, other: TenantCatalog, ignores: ObjectFilter): ComparedSchemas {
  const [expected, found] = [reference, other].map((catalog) => ({ ...catalog, objects: without(catalog, ignores) }));
  const [recorded, live] = inCommonTerms(expected as TenantCatalog, found as TenantCatalog);
  return { recorded, live, difference: compareCatalogs(recorded, live, () => false) };
}

function without({ objects }: Catalog, ignores: ObjectFilter): CatalogObjects {
  return mapObjects({ objects }, (object) => (ignores(object) ? [] : [object]));
}

function mapObjects(
  { objects }: Pick<Catalog, 'objects'>,
  convert: (object: CatalogObject) => readonly CatalogObject[],
): CatalogObjects {
  return Object.fromEntries(Object.entries(objects).map(([group, of]) => [group, of.flatMap(convert)]));
}

/** Texts of the second catalog that differ from those of the first one only in the schema become equal to them. */
function inCommonTerms(reference: TenantCatalog, other: TenantCatalog): readonly [Catalog, Catalog] {
  if (reference.schema === undefined || other.schema === undefined) return [reference, other];
  const [own, its] = [new SchemaName(reference.schema), new SchemaName(other.schema)];
  const originals = new Map<string, CatalogObject>();
  const recorded = mapObjects(reference, (object) => {
    const renamed = { ...object, name: own.removedFrom(object.name) };
    originals.set(objectKey(renamed), object);
    return [mapTexts(renamed, (text) => own.replacedIn(text))];
  });
  const live = mapObjects(other, (object) => {
    const renamed = { ...object, name: its.removedFrom(object.name) };
    const original = originals.get(objectKey(renamed));
    return [
      mapTexts(renamed, (text, property) => {
        const expected = original && textOf(original, property);
        const isSame = expected !== undefined && differOnlyInSchema(expected, text, own, its);
        return isSame ? own.replacedIn(expected) : its.replacedIn(text);
      }),
    ];
  });
  return [
    { ...reference, objects: recorded },
    { ...other, objects: live },
  ];
}

/** @param property undefined for the definition. */
function textOf({ definition, properties }: CatalogObject, property: string | undefined): string | undefined {
  return property === undefined ? definition : properties[property];
}

function mapTexts(object: CatalogObject, convert: (text: string, property?: string) => string): CatalogObject {
  const properties = Object.entries(object.properties).map(([name, value]) => [name, convert(value, name)]);
  return { ...object, definition: convert(object.definition), properties: Object.fromEntries(properties) };
}
