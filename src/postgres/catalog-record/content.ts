import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { CatalogObjects } from '../../core/catalog/catalog.js';
import type { CatalogObject, ObjectKind } from '../../core/catalog/catalog-object.js';
import type { ObjectGroup } from '../../core/catalog/object-group.js';

/** An object as stored; trailing empty fields are omitted. */
type Stored = readonly [ObjectKind, readonly string[], string?, Readonly<Record<string, string>>?];

/** Compresses objects for storage, as base64. Off the main thread: a catalog may have many megabytes. */
export async function packObjects(objects: CatalogObjects): Promise<string> {
  const groups = Object.entries(objects).map(([group, of]) => [group, of.map(toStored)]);
  const json = JSON.stringify(Object.fromEntries(groups));
  return (await promisify(deflate)(json)).toString('base64');
}

/** The inverse of {@link packObjects}. */
export async function unpackObjects(base64: string): Promise<CatalogObjects> {
  const json = (await promisify(inflate)(Buffer.from(base64, 'base64'))).toString('utf8');
  const groups = Object.entries(JSON.parse(json) as Record<ObjectGroup, Stored[]>);
  return Object.fromEntries(groups.map(([group, of]) => [group, of.map(fromStored)]));
}

function toStored({ kind, name, definition, properties }: CatalogObject): Stored {
  if (Object.keys(properties).length > 0) return [kind, name, definition, properties];
  return definition === '' ? [kind, name] : [kind, name, definition];
}

function fromStored([kind, name, definition = '', properties = {}]: Stored): CatalogObject {
  return { kind, name, definition, properties };
}
