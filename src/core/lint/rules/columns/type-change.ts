import type { ColumnDef } from '@pgsql/types';
import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import type { LintStatement } from '../../model/transaction.js';
import { tableActions } from '../../syntax/alter-table.js';
import { bodyOf } from '../../syntax/node.js';
import { columnIn, shown, stringIn } from '../../syntax/relation.js';
import { shownType, typeChange, typeOf } from '../../syntax/types.js';

const REMEDY =
  'Add a column of the new type, keep both in sync with a trigger, copy the old values in batches, then switch over.';

export const columnTypeRewrite: Rule = {
  name: 'column-type-rewrite',
  severity: 'error',
  docs: {
    finds:
      '`ALTER COLUMN … TYPE`, unless the stored values stay valid: `varchar` to a greater length, `varchar` to `text` and back without a length, `numeric` to a greater precision with the same scale, `timestamp` and `time` to a greater precision, `cidr` to `inet`. The old type comes from the database, or from the migrations.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until every row of the table and all its indexes have been rewritten and the transaction ends.',
    harm: 'All reads and writes of the table are blocked during that time. The table takes twice the space on disk, and replicas receive all of it again.',
    setup: "INSERT INTO orders (id, status, total) SELECT n, 'open', n FROM generate_series(1, 100) AS n;\n",
    example: 'ALTER TABLE orders ALTER COLUMN total TYPE bigint;\n',
    rewrite: [
      {
        about: 'Add a column of the new type, and a trigger that fills it for every row written from now on.',
        sql: `ALTER TABLE orders ADD COLUMN total_cents bigint;

CREATE FUNCTION orders_fill_total_cents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.total_cents := NEW.total * 100;
  RETURN NEW;
END $$;

CREATE TRIGGER orders_fill_total_cents BEFORE INSERT OR UPDATE ON orders
  FOR EACH ROW EXECUTE FUNCTION orders_fill_total_cents();
`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
      {
        about: 'In the next file, copy the old values in batches, each in its own transaction.',
        sql: batched(`UPDATE orders SET total_cents = total * 100
     WHERE id IN (SELECT id FROM orders WHERE total_cents IS NULL AND total IS NOT NULL LIMIT 5000);`),
      },
      {
        about:
          'Deploy a release that reads and writes only the new column. After that, drop the old one in a later migration.',
        sql: `DROP TRIGGER orders_fill_total_cents ON orders;
DROP FUNCTION orders_fill_total_cents();
-- allow: drop-column because no release reads it any more
ALTER TABLE orders DROP COLUMN total;
`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes:
      "A change between `timestamp` and `timestamptz` rewrites no rows if the time zone of the session is UTC (put `SET LOCAL timezone = 'UTC'` before it), but still rebuilds the indexes on the column. A view that uses the column, or a `USING` expression other than the column itself, also rules out a quick change.",
  },
  check: ({ node, tables, statement, transaction }) =>
    tableActions(node).flatMap(({ table, command: { subtype, name = '', def } }) => {
      const column = bodyOf('ColumnDef', def);
      if (subtype !== 'AT_AlterColumnType' || !column || tables.isNew(table)) return [];
      const to = typeOf(column.typeName);
      const from = tables.column(table, name)?.type;
      const isComputed = !isPlain(column, name);
      const change = from && to && !isComputed && !column.collClause ? typeChange(from, to) : 'rewrite';
      const before = transaction.statements.slice(0, transaction.statements.indexOf(statement));
      if (change === 'nothing' || (change === 'time-zone' && before.some(setsUtc))) return [];
      const types = `${from ? ` from ${shownType(from)}` : ''}${to ? ` to ${shownType(to)}` : ''}`;
      const problem = { table, location: column.location };
      const changes = `changes the type of ${name} in ${shown(table)}${types}`;
      if (change === 'time-zone')
        return [
          {
            ...problem,
            message: `${changes}, which rewrites the whole table while blocking all reads and writes, unless the time zone of the session is UTC`,
            remedy: `If the values are in UTC, put SET LOCAL timezone = 'UTC' before it; the indexes on the column are still rebuilt. Otherwise: ${REMEDY}`,
          },
        ];
      const certainty = from || isComputed ? 'rewrites' : 'may rewrite';
      const message = `${changes}, which ${certainty} the whole table and its indexes while blocking all reads and writes`;
      return [{ ...problem, message, remedy: REMEDY }];
    }),
};

function setsUtc({ node }: LintStatement): boolean {
  const setting = bodyOf('VariableSetStmt', node);
  return setting?.name === 'timezone' && /^utc$/i.test(stringIn(setting.args?.[0]) ?? '');
}

/** True without `USING`, or if it only names the column or casts it to the new type. */
function isPlain({ raw_default: using, typeName }: ColumnDef, column: string): boolean {
  if (!using) return true;
  const cast = bodyOf('TypeCast', using);
  if (!cast) return columnIn(using) === column;
  const [castType, type] = [typeOf(cast.typeName), typeOf(typeName)];
  return columnIn(cast.arg) === column && !!castType && !!type && shownType(castType) === shownType(type);
}
