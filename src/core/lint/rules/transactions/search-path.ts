import type { Node } from '@pgsql/types';
import { callsNow } from '../../../sql/statements/session-state.js';
import { partsOf } from '../../../sql/statements/syntax-tree.js';
import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { stringIn } from '../../syntax/relation.js';

export const setSearchPath: Rule = {
  name: 'set-search-path',
  severity: 'warning',
  docs: {
    finds: "`SET search_path`, `SET LOCAL search_path` or `set_config('search_path', …)`, unless the path is empty.",
    locks: [],
    duration: 'No table is locked.',
    harm: 'The same names refer to different tables in the rest of the file. After `SET LOCAL` in a file that runs statement by statement, they refer to the original ones again. Reading one statement does not show which table it changes.',
    setup: 'CREATE SCHEMA sales;\n',
    example: 'SET search_path TO sales;\nCREATE TABLE notes (id bigint PRIMARY KEY);\n',
    rewrite: [
      {
        about: 'Qualify each name with its schema. Or set the option `searchPath`, which applies to every migration.',
        sql: 'CREATE TABLE sales.notes (id bigint PRIMARY KEY);\n',
      },
    ],
    notes:
      'An empty path, as set by `pg_dump`, forces every name to be qualified and is not reported. In the files of tenants, `RESET search_path`, `RESET ALL` and `DISCARD ALL` are reported too: after them, unqualified names no longer refer to the schema of the tenant.',
  },
  check: ({ node, statement, tenantSchemas }) => {
    if (tenantSchemas && resetsPath(node)) return [LEAVES_TENANT];
    const setting = bodyOf('VariableSetStmt', node);
    const sets = setting?.name === 'search_path' && setting.kind === 'VAR_SET_VALUE' && !setting.args?.every(isEmpty);
    const calls = callsNow(statement, /^set_config$/) && partsOf(node).some(setsPath);
    if (!sets && !calls) return [];
    return [
      {
        message: 'sets the search path, so unqualified names refer to different tables in the rest of the file',
        remedy: 'Qualify each name with its schema, or use the option "searchPath" for all migrations.',
      },
    ];
  },
};

const LEAVES_TENANT = {
  message:
    'resets the search path, so unqualified names in the rest of the file no longer refer to the schema of the tenant',
  remedy: 'Remove the statement: the session is reset after each file.',
};

function resetsPath(node: Node): boolean {
  if (bodyOf('DiscardStmt', node)?.target === 'DISCARD_ALL') return true;
  const { kind, name } = bodyOf('VariableSetStmt', node) ?? {};
  return kind === 'VAR_RESET_ALL' || (name === 'search_path' && (kind === 'VAR_RESET' || kind === 'VAR_SET_DEFAULT'));
}

function isEmpty(node: Node): boolean {
  return !stringIn(node);
}

function setsPath(part: object): boolean {
  const [setting, value] = bodyOf('FuncCall', part as Node)?.args ?? [];
  return stringIn(setting) === 'search_path' && value !== undefined && !isEmptyConstant(value);
}

function isEmptyConstant(node: Node): boolean {
  return 'A_Const' in node && isEmpty(node);
}
