import type { CatalogObject, ObjectKind } from './catalog-object.js';

/**
 * Kinds that a newer server adds by itself: NOT NULL is a constraint since PostgreSQL 17 on domains, and since 18 on
 * columns. The definitions of columns and domains already contain it.
 */
const ADDED_BY_UPGRADE: readonly ObjectKind[] = ['not-null constraint'];

/** What a major version introduced or changed for every database. */
const CHANGED_BY_UPGRADE: readonly {
  readonly kind: ObjectKind;
  /** @default all objects of the kind */
  readonly name?: string;
  /** A property, or the definition. */
  readonly what: string;
  readonly since: number;
}[] = [
  { kind: 'range type', what: 'multirange', since: 14 },
  { kind: 'schema', name: 'public', what: 'owner', since: 15 },
  { kind: 'grants', name: 'public.schema', what: 'definition', since: 15 },
];

/** Properties that only some roles may read: absent means unknown. */
const PRIVILEGED: readonly { kind: ObjectKind; property: string }[] = [
  { kind: 'user mapping', property: 'options' },
  { kind: 'subscription', property: 'connection' },
  { kind: 'subscription', property: 'synchronous commit' },
];

/** 15 for 150004. */
export function majorOf(serverVersion: number): number {
  return Math.floor(serverVersion / 10_000);
}

/** True for two releases of one major version, which format definitions in the same way. */
export function isSameMajor(a: number, b: number): boolean {
  return majorOf(a) === majorOf(b);
}

/** True if a change `since` a major version lies between these two versions. */
function isBetween(since: number, a: number, b: number): boolean {
  return majorOf(Math.min(a, b)) < since && majorOf(Math.max(a, b)) >= since;
}

/** True if servers of both versions have objects of this kind. */
export function isComparable({ kind }: CatalogObject, a: number, b: number): boolean {
  return isSameMajor(a, b) || !ADDED_BY_UPGRADE.includes(kind);
}

/** True if the version of the server explains a difference in the definition or in a property. */
export function isExplainedByUpgrade({ kind, name }: CatalogObject, what: string, a: number, b: number): boolean {
  return CHANGED_BY_UPGRADE.some(
    (each) =>
      each.kind === kind &&
      each.what === what &&
      (each.name === undefined || each.name === name.join('.')) &&
      isBetween(each.since, a, b),
  );
}

/** True if a property is absent for readers without certain privileges. */
export function isPrivileged({ kind }: CatalogObject, property: string): boolean {
  return PRIVILEGED.some((each) => each.kind === kind && each.property === property);
}
