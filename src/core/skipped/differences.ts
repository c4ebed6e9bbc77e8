import type { ColumnDef } from '@pgsql/types';
import type { ColumnFacts, TableFacts } from '../lint/model/facts.js';
import { shown } from '../lint/syntax/relation.js';
import { shownType, typeOf, type ColumnType } from '../lint/syntax/types.js';
import { mayBeSame, type Creation } from './creations.js';

/**
 * How an existing object differs from what a statement describes: in columns and their types or, for an index, table
 * and definition.
 *
 * @param creator the statement that created the existing object, if known.
 */
export function differences(skipped: Creation, facts: TableFacts | undefined, creator: Creation | undefined): string[] {
  if (!facts) return [];
  if (skipped.index) return indexDifferences(skipped.index, facts, creator?.index);
  if (skipped.columns.length === 0) return [];
  if (facts.columns.length === 0) return [itIs(facts)];
  const existing = new Map(facts.columns.map((column) => [column.name, column]));
  const described = skipped.columns.flatMap((column) => columnDifference(column, existing.get(column.colname ?? '')));
  const names = new Set(skipped.columns.map(({ colname }) => colname));
  const others = skipped.isComplete ? facts.columns.filter(({ name }) => !names.has(name)) : [];
  return [...described, ...others.map(({ name }) => `it has a column ${name}`)];
}

function itIs({ kind }: TableFacts): string {
  if (kind === 'other') return 'it is a different kind of relation';
  return `it is ${kind === 'index' ? 'an' : 'a'} ${kind}`;
}

function columnDifference({ colname = '', typeName }: ColumnDef, existing: ColumnFacts | undefined): string[] {
  if (!existing) return [`it has no column ${colname}`];
  const type = typeOf(typeName);
  if (!type || comparable(type) === comparable(existing.type)) return [];
  return [`${colname} is ${shownType(existing.type)}, not ${shownType(type)}`];
}

/** The parser represents the fields of an interval as numbers, the catalog as words. */
function comparable(type: ColumnType): string {
  return shownType(type.name === 'interval' ? { ...type, modifiers: [] } : type);
}

function indexDifferences(
  { table, shape }: NonNullable<Creation['index']>,
  facts: TableFacts,
  creator: Creation['index'],
): string[] {
  if (facts.kind !== 'index') return [itIs(facts)];
  if (table && facts.table && !mayBeSame(table, facts.table)) return [`it is an index on ${shown(facts.table)}`];
  return creator && creator.shape !== shape ? ['it is defined differently'] : [];
}
