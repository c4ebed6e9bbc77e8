import type { Node } from '@pgsql/types';
import { partsOf } from '../sql/statements/syntax-tree.js';

/** Where the names in the files of a tenant lead. */
export interface TenantScopeOfNames {
  /** The schema of the tenant. */
  readonly schema: string;
  /** Tables, views and functions' results without a schema that the tenant has. Undefined if every such name is its own. */
  readonly own: ReadonlySet<string> | undefined;
}

const READS_ROWS = /^(?:Select|Insert|Update|Delete|Merge|CreateTableAs|Copy)Stmt$/;
/** What a dump refreshes is read again by every tenant. */
const MATERIALIZED_VIEW = 'OBJECT_MATVIEW';

/**
 * A table outside of the tenant's schema whose rows a statement reads; undefined if there is none. Code in functions is
 * not examined; that of a `DO` block is searched.
 *
 * @param sql the statement.
 */
export function otherRowsRead(node: Node, sql: string, scope: TenantScopeOfNames): string | undefined {
  const [kind = '', body] = Object.entries(node)[0] ?? [];
  if (kind === 'DoStmt') return namedInCode(sql, scope);
  if (!READS_ROWS.test(kind) || (body as Fields)['objtype'] === MATERIALIZED_VIEW) return undefined;
  const parts = partsOf(node) as Fields[];
  const local = new Set(parts.flatMap(({ ctename }) => (typeof ctename === 'string' ? [ctename] : [])));
  const filled = kind === 'InsertStmt' ? (body as Fields)['relation'] : targetOf(body as Fields);
  for (const part of parts) {
    const { relname, schemaname } = part;
    if (typeof relname !== 'string' || part === filled) continue;
    if (typeof schemaname === 'string') {
      if (schemaname !== scope.schema && !BUILT_IN.test(schemaname)) return `${schemaname}.${relname}`;
    } else if (scope.own && !local.has(relname) && !scope.own.has(relname) && !BUILT_IN.test(relname)) return relname;
  }
  return undefined;
}

/** The names of the tables and views that a statement creates. */
export function relationsCreated(node: Node): readonly string[] {
  const [kind = '', body] = Object.entries(node)[0] ?? [];
  if (!/^Create|^(?:View|Rename|Select)Stmt$/.test(kind)) return [];
  const { relation, view, newname } = body as Fields;
  const named = [relation, view, targetOf(body as Fields)] as (Fields | undefined)[];
  return [...named.map((each) => each?.['relname']), newname].filter((name) => typeof name === 'string');
}

/** The table of `CREATE TABLE … AS` and `SELECT … INTO`. */
function targetOf(body: Fields): Fields | undefined {
  const into = (body['into'] ?? body['intoClause']) as Fields | undefined;
  return into?.['rel'] as Fields | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const BUILT_IN = /^(?:pg_|information_schema$)/;
const IN_CODE = /\b(?:from|join|using)\s+(?:only\s+)?("(?:[^"]|"")+"|[a-z_]\w*)\s*\.\s*("(?:[^"]|"")+"|[a-z_]\w*)/gi;

function namedInCode(sql: string, { schema }: TenantScopeOfNames): string | undefined {
  for (const [, first = '', second = ''] of sql.matchAll(IN_CODE)) {
    const name = unquoted(first);
    if (name !== schema && !BUILT_IN.test(name)) return `${name}.${unquoted(second)}`;
  }
  return undefined;
}

function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier.toLowerCase();
}
