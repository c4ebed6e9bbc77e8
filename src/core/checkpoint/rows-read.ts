import type { Node } from '@pgsql/types';
import { namesReadInCode } from './rows-read-in-code.js';
import { partsOf } from '../sql/statements/syntax-tree.js';

/** What the names in the files of a tenant refer to. */
export interface TenantScopeOfNames {
  /** The schema of the tenant. */
  readonly schema: string;
  /** Unqualified names of tables, views and function results that are the tenant's. Undefined if all unqualified names are. */
  readonly own: ReadonlySet<string> | undefined;
  /** The tenant's views that read rows elsewhere. */
  readonly foreign: ReadonlySet<string>;
}

const READS_ROWS = /^(?:Select|Insert|Update|Delete|Merge|CreateTableAs|Copy)Stmt$/;
/** A dump refreshes materialized views, so every tenant reads the rows again. */
const MATERIALIZED_VIEW = 'OBJECT_MATVIEW';

/**
 * A table outside the tenant's schema whose rows a statement reads; undefined if there is none. Code in functions is
 * not examined; that of a `DO` block is searched.
 */
export function tableReadOutsideTenant(node: Node, scope: TenantScopeOfNames): string | undefined {
  const [kind = '', body] = Object.entries(node)[0] ?? [];
  if (kind === 'DoStmt') return namedInCode(codeOf(body as Fields), scope);
  if (!READS_ROWS.test(kind) || (body as Fields)['objtype'] === MATERIALIZED_VIEW) return undefined;
  return readIn(node, kind === 'InsertStmt' ? (body as Fields)['relation'] : targetOf(body as Fields), scope);
}

/** Views that a statement creates and whose rows depend on rows elsewhere. */
export function foreignViews(node: Node, scope: TenantScopeOfNames): readonly string[] {
  const [kind = '', body] = Object.entries(node)[0] ?? [];
  const fields = body as Fields;
  const isMaterialized = fields['objtype'] === MATERIALIZED_VIEW && kind === 'CreateTableAsStmt';
  if (kind !== 'ViewStmt' && !isMaterialized) return [];
  return readIn(fields['query'], undefined, scope) === undefined ? [] : relationsCreated(node);
}

/** @param filled the table that a statement fills. */
function readIn(tree: unknown, filled: unknown, scope: TenantScopeOfNames): string | undefined {
  const parts = partsOf(tree) as Fields[];
  const local = new Set(parts.flatMap(({ ctename }) => (typeof ctename === 'string' ? [ctename] : [])));
  for (const part of parts) {
    const { relname, schemaname } = part;
    if (typeof relname !== 'string' || part === filled) continue;
    if (typeof schemaname === 'string') {
      const isOwn = schemaname === scope.schema && !scope.foreign.has(relname);
      if (!isOwn && !isBuiltIn(schemaname, relname)) return `${schemaname}.${relname}`;
    } else if (!local.has(relname) && !isOwnName(relname, scope)) return relname;
  }
  return undefined;
}

/** True if a name without a schema is the tenant's. */
function isOwnName(name: string, { own, foreign }: TenantScopeOfNames): boolean {
  if (foreign.has(name) || OF_THE_SERVER.test(name)) return false;
  return own === undefined || own.has(name) || BUILT_IN.test(name);
}

/** True if names without a schema may lead elsewhere afterwards. The setting of a function does not matter. */
export function setsSearchPath(node: Node): boolean {
  const [kind = '', body] = Object.entries(node)[0] ?? [];
  if (kind === 'VariableSetStmt') return (body as Fields)['name'] === 'search_path';
  return /^(?:Do|Select)Stmt$/.test(kind) && JSON.stringify(body).includes('search_path');
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
/** What other databases or an administrator change: a new tenant may find it otherwise. */
const OF_THE_SERVER =
  /^pg_(?:roles|authid|user|auth_members|group|shadow|settings|db_role_setting|database|tablespace|extension|stat_\w+)$/;

function isBuiltIn(schema: string, name: string): boolean {
  return BUILT_IN.test(schema) && !OF_THE_SERVER.test(name);
}

function namedInCode(code: string, { schema, foreign }: TenantScopeOfNames): string | undefined {
  const qualified = namesReadInCode(code).find(([first, second]) =>
    first === schema ? foreign.has(second) : !isBuiltIn(first, second),
  );
  return qualified?.filter((part) => part !== '').join('.');
}

/** The code of a `DO` block. */
function codeOf(body: Fields): string {
  const strings = partsOf(body).flatMap((part) => {
    const { sval } = part as Fields;
    return typeof sval === 'string' ? [sval] : [];
  });
  return strings.join(';\n');
}
