import type { CatalogObject } from './catalog-object.js';
import type { ObjectGroup } from './object-group.js';

/** Changes whenever the queries read something else or write it differently: catalogs of two formats are not compared. */
export const CATALOG_FORMAT = 1;

/** What the server computes over all objects of a group: equal if nothing changed, and cheap. By group. */
export type CatalogFingerprint = Readonly<Partial<Record<ObjectGroup, string>>>;

/** Objects by group. */
export type CatalogObjects = Readonly<Partial<Record<ObjectGroup, readonly CatalogObject[]>>>;

/** The objects of a database, or of some groups of them. */
export interface Catalog {
  /** `server_version_num`: 150004 is 15.4. */
  readonly serverVersion: number;
  readonly objects: CatalogObjects;
}

/** A catalog with its fingerprint. */
export interface FingerprintedCatalog extends Catalog {
  readonly fingerprint: CatalogFingerprint;
}

/** How the live catalog compares with the recorded one, as one check found it. */
export type CatalogCheck =
  /** There is no record: no run has changed anything since records are kept. */
  | { readonly kind: 'unrecorded' }
  /** The role may not read the record. `grant` gives it the right. */
  | { readonly kind: 'unreadable'; readonly grant: string }
  /** A run holds the migration lock, so that the catalog may change at any moment. */
  | { readonly kind: 'migrating' }
  /** The record is older than the migration `newer`, or another release wrote it in another format. */
  | { readonly kind: 'outdated'; readonly newer: string | undefined }
  | { readonly kind: 'unchanged' }
  /** The fingerprints of some groups differ. `live` has only those; `recorded` has all. */
  | {
      readonly kind: 'different';
      /** When nothing differed. */
      readonly matchedAt: Date;
      readonly recorded: FingerprintedCatalog;
      readonly live: FingerprintedCatalog;
    };
