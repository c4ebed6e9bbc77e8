import type { CatalogObject } from './catalog-object.js';
import type { ObjectGroup } from './object-group.js';

/** Changes whenever the queries read something else or write it differently: catalogs of two formats are not compared. */
export const CATALOG_FORMAT = 1;

/** What the server computes over all objects of a group: equal if nothing changed, and cheap. By group. */
export type CatalogFingerprint = Readonly<Partial<Record<ObjectGroup, string>>>;

/** The objects of a database, or of some groups of them. */
export interface Catalog {
  /** `server_version_num`: 150004 is 15.4. */
  readonly serverVersion: number;
  readonly objects: Readonly<Partial<Record<ObjectGroup, readonly CatalogObject[]>>>;
}

/** Describes a recorded catalog. */
export interface CatalogRecord {
  readonly id: string;
  /** When the catalog was read. */
  readonly recordedAt: Date;
  readonly serverVersion: number;
  /** The {@link CATALOG_FORMAT} of the release that recorded it. */
  readonly format: number;
  /** The schemas in which migrations had created objects until then. */
  readonly schemas: readonly string[];
  readonly fingerprint: CatalogFingerprint;
}
