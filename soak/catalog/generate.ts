import type { Random } from '../random.js';
import type { Kind, Place } from './kind.js';
import { OTHER_KINDS } from './others.js';
import { TABLE_KINDS } from './tables.js';

/** The maximum number of objects of each kind in a database. */
const OBJECTS = 3;

/** A change of the schema, and what a finding about it must name. */
export interface Change {
  readonly kind: string;
  readonly verb: 'add' | 'drop' | 'alter';
  readonly sql: string;
  /** A pattern for the name of the object. */
  readonly names: RegExp;
}

/** What objects of several kinds depend on. */
const FOUNDATION = `
  CREATE SCHEMA gen; CREATE SCHEMA gen_other;
  CREATE TABLE gen.keyed (id integer PRIMARY KEY);
  CREATE TABLE gen.parent (id bigint NOT NULL, kind text, amount numeric);
  CREATE TYPE gen.row_type AS (id bigint, kind text, amount numeric);
  CREATE FUNCTION gen.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE FUNCTION gen.on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE FOREIGN DATA WRAPPER gen_wrapper; CREATE SERVER gen_server FOREIGN DATA WRAPPER gen_wrapper;`;

/** The kinds that a version of PostgreSQL has. */
export function kindsOf(major: number): readonly Kind[] {
  return [...TABLE_KINDS, ...OTHER_KINDS].filter(({ since = 13 }) => since <= major);
}

/** The numbers of the objects of a kind. There can be one extension only. */
function numbers({ name }: Kind): number[] {
  return Array.from({ length: name === 'extension' ? 1 : OBJECTS }, (_, i) => i + 1);
}

/**
 * The SQL of a random schema. Dependencies of only one kind exist for one more object than the schema has.
 *
 * @param has decides whether an object is in it. @default all are
 */
export function schemaSql(
  kinds: readonly Kind[],
  random: Random,
  role: string,
  has: (kind: Kind) => boolean = () => true,
): string {
  const statements = kinds.flatMap((kind) =>
    [...numbers(kind), OBJECTS + 1].flatMap((n) => {
      const place = { n, random, role };
      const exists = numbers(kind).includes(n) && has(kind);
      return [...(kind.needs ? [kind.needs(place)] : []), ...(exists ? [kind.create(place)] : [])];
    }),
  );
  return [FOUNDATION, ...statements].join(';\n');
}

/**
 * Changes of a kind.
 *
 * @param each how many to add, to drop and to alter; at least one alteration for each form of ALTER if it is
 *   more than one.
 */
export function changesOf(kind: Kind, random: Random, role: string, each: number): Change[] {
  const { name, create, drop, alter } = kind;
  const change = (verb: Change['verb'], n: number, sql: (place: Place) => string): Change => ({
    kind: name,
    verb,
    // Objects of several kinds share a namespace.
    sql: sql({ n, random, role }).replaceAll('renamed_', `renamed_${name}_`),
    names: new RegExp(name === 'extension' ? 'citext' : String.raw`\b${name}_${n}\b`),
  });
  const existing = (): number => random.pick(numbers(kind));
  const times = Array.from({ length: each }, (_, i) => i);
  const first = Math.floor(random.between(0, alter.length));
  const forms = Array.from(
    { length: each === 1 ? 1 : Math.max(each, alter.length) },
    (_, i) => alter[(first + i) % alter.length],
  );
  return [
    ...times.flatMap(() => (name === 'extension' ? [] : [change('add', OBJECTS + 1, create)])),
    ...times.map(() => change('drop', existing(), drop)),
    ...forms.flatMap((form) => (form ? [change('alter', existing(), form)] : [])),
  ];
}
