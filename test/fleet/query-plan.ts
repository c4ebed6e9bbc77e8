import type { TestDatabase } from '../support/database/database.js';

/** A node of a plan, as `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` shows it. Rows are those of one loop. */
interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** How many rows a query handled. */
export interface HandledRows {
  /** Rows that any node passed on or discarded. */
  readonly all: number;
  /** Rows that any node passed on. */
  readonly passedOn: number;
  /** Rows of each table that were read, by its name. */
  readonly readFrom: Readonly<Record<string, number>>;
  /** Blocks of tables and indexes that were read. */
  readonly blocks: number;
}

/** Runs a query, and counts the rows that it handled. */
export async function rowsHandledBy(db: Pick<TestDatabase, 'query'>, sql: string): Promise<HandledRows> {
  const { rows } = await db.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
  );
  const root = rows[0]!['QUERY PLAN'][0].Plan;
  const nodes = withChildren(root);
  const blocks = root['Shared Hit Blocks'] + root['Shared Read Blocks'];
  const readFrom: Record<string, number> = {};
  for (const node of nodes) {
    const table = node['Relation Name'];
    if (table !== undefined) readFrom[table] = (readFrom[table] ?? 0) + handled(node);
  }
  return { all: sum(nodes.map(handled)), passedOn: sum(nodes.map(passedOn)), readFrom, blocks };
}

function withChildren(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(withChildren)];
}

function passedOn(node: PlanNode): number {
  return Math.round(node['Actual Rows'] * node['Actual Loops']);
}

function handled(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  return passedOn(node) + Math.round(removed * node['Actual Loops']);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
