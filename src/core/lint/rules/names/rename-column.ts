import { batched } from '../../model/batched.js';
import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const renameColumn: Rule = {
  name: 'rename-column',
  severity: 'error',
  docs: {
    finds: '`RENAME COLUMN` on an existing table or view.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'customers' }],
    duration: 'Until the transaction ends; the rename itself is quick.',
    harm: 'The running release still uses the old name. All its queries on the column fail from that moment until the last of its processes has been replaced.',
    setup: "INSERT INTO customers (id, name) SELECT n, 'customer ' || n FROM generate_series(1, 100) AS n;\n",
    example: 'ALTER TABLE customers RENAME COLUMN name TO full_name;\n',
    rewrite: [
      {
        about: 'Add the new column, and a trigger that keeps both in sync, whichever of them a release writes.',
        sql: `ALTER TABLE customers ADD COLUMN full_name text;

CREATE FUNCTION customers_sync_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.full_name := coalesce(NEW.full_name, NEW.name);
    NEW.name := NEW.full_name;
  ELSIF NEW.full_name IS DISTINCT FROM OLD.full_name THEN
    NEW.name := NEW.full_name;
  ELSE
    NEW.full_name := NEW.name;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER customers_sync_name BEFORE INSERT OR UPDATE ON customers
  FOR EACH ROW EXECUTE FUNCTION customers_sync_name();
`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'customers' }],
      },
      {
        about: 'In the next file, backfill the existing rows in batches, each in its own transaction.',
        sql: batched(`UPDATE customers SET full_name = name
     WHERE id IN (SELECT id FROM customers WHERE full_name IS NULL LIMIT 5000);`),
      },
      {
        about: 'Deploy a release that uses only the new column. After that, drop the old one in a later migration.',
        sql: `DROP TRIGGER customers_sync_name ON customers;
DROP FUNCTION customers_sync_name();
-- allow: drop-column because no release reads it any more
ALTER TABLE customers DROP COLUMN name;
`,
        locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'customers' }],
      },
    ],
  },
  check: ({ node, tables }) => {
    const rename = bodyOf('RenameStmt', node);
    const table = nameOf(rename?.relation);
    if (rename?.renameType !== 'OBJECT_COLUMN' || !table || tables.isNew(table)) return [];
    return [
      {
        message: `renames the column ${rename.subname} of ${shown(table)}, but the running release still uses the old name`,
        remedy:
          'Add a column with the new name, keep both in sync with a trigger, and drop the old one after the next release.',
        table,
      },
    ];
  },
};
