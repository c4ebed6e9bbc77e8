import type { CatalogObject } from './catalog-object.js';
import type { ObjectGroup } from './object-group.js';

/** Incremented when the queries read or format anything differently. Catalogs of different formats are not compared. */
export const CATALOG_FORMAT = 2;

/** By group, a cheap hash that the server computes over all its objects: it stays equal if nothing has changed. */
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

/** The result of comparing the live catalog with the recorded one. */
export type CatalogCheck =
  /** There is no record: no run has changed anything since recording started. */
  | { readonly kind: 'unrecorded' }
  /** The role may not read the record. `grant` gives it the privilege. */
  | { readonly kind: 'unreadable'; readonly grant: string }
  /** A run holds the migration lock, so the catalog may change at any moment. */
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
