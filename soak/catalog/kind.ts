import type { Random } from '../random.js';

/** What a statement needs to know. */
export interface Place {
  /** Distinguishes objects of a kind: their names end with it. */
  readonly n: number;
  readonly random: Random;
  /** A role that owns nothing. */
  readonly role: string;
}

type Statement = (place: Place) => string;

/** A kind of object, with the changes that PostgreSQL's documentation describes. */
export interface Kind {
  /** In the names of its objects: `trigger_3` belongs to the kind `trigger`. */
  readonly name: string;
  /** Creates one, with everything that it depends on. */
  readonly create: Statement;
  /** Its dependencies, which exist before a single object is added. @default none */
  readonly needs?: Statement;
  readonly drop: Statement;
  /** Changes to one object, one for each form of its ALTER. */
  readonly alter: readonly Statement[];
  /** The first major version that has it. @default 13 */
  readonly since?: number;
}

/** Options of a kind without its own ALTER: it can only be added and dropped. */
export const NO_ALTER: readonly Statement[] = [];
