/** Kinds of object that many databases do not contain. They are read only if the stamp shows that there are any. */
const RARE_KINDS = [
  'view',
  'materialized view',
  'foreign table',
  'composite type',
  'sequence',
  'enum',
  'domain',
  'range type',
  'base type',
  'function',
  'aggregate',
  'trigger',
  'rule',
  'policy',
  'event trigger',
  'operator',
  'operator class',
  'operator family',
  'cast',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'collation',
  'conversion',
  'statistics',
  'foreign-data wrapper',
  'foreign server',
  'user mapping',
  'publication',
  'subscription',
  'extension dependency',
  'transform',
  'access method',
] as const;

/** A kind that is read only if such objects may exist. */
export type RareKind = (typeof RARE_KINDS)[number];

/** The rare kinds of which objects may exist. */
export type PresentKinds = ReadonlySet<RareKind>;

/** For when it is not known which kinds exist. */
export const ALL_KINDS: PresentKinds = new Set(RARE_KINDS);

/** True for a kind that may be left out. */
export function isRareKind(kind: string): kind is RareKind {
  return (RARE_KINDS as readonly string[]).includes(kind);
}

/** A number with one bit set, for SQL: {@link toPresentKinds} decodes the combined bits of all rows. */
export function bitOf(kind: RareKind): string {
  return String(2 ** RARE_KINDS.indexOf(kind));
}

/** The kinds whose bits are set. */
export function toPresentKinds(bits: string | null | undefined): PresentKinds {
  const set = BigInt(bits ?? 0);
  return new Set(RARE_KINDS.filter((_, i) => ((set >> BigInt(i)) & 1n) === 1n));
}
