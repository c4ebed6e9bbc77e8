import type { RangeVar } from '@pgsql/types';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';

/** The parts of a name that a statement gives: schema and name, or the name alone. */
export function namesOf(relation: RangeVar | undefined): string[] {
  return [relation?.schemaname, relation?.relname].filter((name) => name !== undefined);
}

/** A name as SQL writes it. */
export function written(names: readonly string[]): string {
  return names.map(quoteIdentifier).join('.');
}

/** The relation that a name means in this session, as SQL: null when there is none. */
export function regclass(names: readonly string[]): string {
  return `pg_catalog.to_regclass(${quoteLiteral(written(names))})`;
}
