import type { RangeVar } from '@pgsql/types';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';

/** The parts of a relation's name in a statement: schema and name, or only the name. */
export function namesOf(relation: RangeVar | undefined): string[] {
  return [relation?.schemaname, relation?.relname].filter((name) => name !== undefined);
}

/** A name as quoted SQL. */
export function quotedName(names: readonly string[]): string {
  return names.map(quoteIdentifier).join('.');
}

/** SQL for the OID of the relation that a name resolves to in this session; null if there is none. */
export function regclass(names: readonly string[]): string {
  return `pg_catalog.to_regclass(${quoteLiteral(quotedName(names))})::pg_catalog.oid`;
}
