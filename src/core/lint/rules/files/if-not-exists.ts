import type { Rule } from '../../model/rule.js';
import { tableActions } from '../../syntax/alter-table.js';
import { forKind, type ByKind } from '../../syntax/node.js';

export const missingIfNotExists: Rule = {
  name: 'missing-if-not-exists',
  severity: 'note',
  docs: {
    finds:
      '`CREATE`, `ADD COLUMN` or `ADD VALUE` without `IF NOT EXISTS`, and `DROP` without `IF EXISTS`, in a file of several statements that runs statement by statement.',
    locks: [],
    duration: 'None.',
    harm: 'Such a file commits each statement separately. If one fails, the next run continues with it. But if the file has to be restarted from the beginning, the earlier statements fail, because what they create already exists.',
    example:
      '-- no-transaction\nCREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint);\nCREATE INDEX CONCURRENTLY notes_order ON notes (order_id);\n',
    rewrite: [
      {
        about: 'Make each statement succeed if its work is already done.',
        sql: '-- no-transaction\nCREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY, order_id bigint);\nCREATE INDEX CONCURRENTLY IF NOT EXISTS notes_order ON notes (order_id);\n',
      },
    ],
    notes:
      'A file that runs in a transaction does not need this: a failure leaves nothing behind. An invalid index left by a failed build is dropped before the next attempt, so `IF NOT EXISTS` does not keep it.',
  },
  check: ({ node, program }) => {
    const isOneOfSeveral = program.kind === 'non-transactional' && program.steps.length > 1;
    const missing = isOneOfSeveral ? forKind(MISSING, node) : undefined;
    if (!missing) return [];
    return [
      {
        message: `runs statement by statement, and this statement fails if the file has to be restarted from the beginning: it has no ${missing}`,
        remedy: `Add ${missing}.`,
      },
    ];
  },
};

type Clause = 'IF NOT EXISTS' | 'IF EXISTS';

const unlessExists = ({ if_not_exists }: { if_not_exists?: boolean | undefined }): Clause | undefined =>
  if_not_exists ? undefined : 'IF NOT EXISTS';

const MISSING: ByKind<Clause | undefined> = {
  CreateStmt: unlessExists,
  CreateTableAsStmt: unlessExists,
  CreateSchemaStmt: unlessExists,
  CreateExtensionStmt: unlessExists,
  CreateSeqStmt: unlessExists,
  IndexStmt: ({ idxname, if_not_exists }) => (idxname === undefined ? undefined : unlessExists({ if_not_exists })),
  AlterEnumStmt: ({ oldVal, skipIfNewValExists }) =>
    oldVal !== undefined || skipIfNewValExists ? undefined : 'IF NOT EXISTS',
  DropStmt: ({ missing_ok }) => (missing_ok ? undefined : 'IF EXISTS'),
  AlterTableStmt: (statement) => {
    const commands = tableActions({ AlterTableStmt: statement }).filter(({ command }) => !command.missing_ok);
    if (commands.some(({ command }) => command.subtype === 'AT_AddColumn')) return 'IF NOT EXISTS';
    const drops = ['AT_DropColumn', 'AT_DropConstraint'];
    return commands.some(({ command }) => drops.includes(command.subtype ?? '')) ? 'IF EXISTS' : undefined;
  },
};
