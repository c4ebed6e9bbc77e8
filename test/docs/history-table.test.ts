import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { TENANT_COLUMNS } from '../../src/core/target/history-scope.js';
import { HISTORY_COLUMNS } from '../../src/postgres/history/columns.js';
import { COMPANION_NAMES, COMPANIONS } from '../../src/postgres/companions/tables.js';
import { OBJECT_VERSIONS } from '../../src/postgres/history/versions.js';
import { codeBlocks, withoutCode } from '../support/files/code-blocks.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { useTestDatabase } from '../support/server/use-test-database.js';
import { unknownNames } from './existing-names.js';

const text = readFileSync('docs/history-table.md', 'utf8');
const rows = [...text.matchAll(/^\| `(\w+)` \| `(.*)` \| (.*) \| `([\w.]+)` \|$/gm)].map(
  ([, name = '', type = '', comment = '', field = '']) => ({ name, type, comment, field }),
);

describe('docs/history-table.md', () => {
  const database = useTestDatabase();

  test('has every column, with its type and its comment, in the order of the table', () => {
    const columns = Object.entries(HISTORY_COLUMNS).map(([name, { type, comment }]) => ({ name, type, comment }));
    expect(rows.map(({ name, type, comment }) => ({ name, type, comment }))).toEqual(columns);
  });

  test('has the columns of the table that tenants share', () => {
    const [, section = ''] = /^## The history of tenants$([\s\S]*?)^## /m.exec(text) ?? [];
    const documented = [...section.matchAll(/^\| `(\w+)` \| `(.*?)` \| (.*) \|$/gm)].map(([, ...row]) => row);
    expect(documented).toEqual(
      Object.entries(TENANT_COLUMNS).map(([name, { type, comment }]) => [name, type, comment]),
    );
  });

  test.each(COMPANION_NAMES)('has every column of the table %s, with its type and its comment', (name) => {
    const [, section = ''] = new RegExp(`_${COMPANIONS[name].suffix}\`([\\s\\S]*?)^## `, 'm').exec(text) ?? [];
    const documented = [...section.matchAll(/^\| `(\w+)` \| `(.*?)` \| (.*) \|$/gm)].map(([, ...row]) => row);
    const columns = Object.entries<{ type: string; comment: string }>(COMPANIONS[name].columns);
    expect(documented).toEqual(columns.map(([column, { type, comment }]) => [column, type, comment]));
  });

  test('has every version of our objects', () => {
    const versions = [...text.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, number, summary]) => [number, summary]);
    expect(versions).toEqual(OBJECT_VERSIONS.map(({ number, summary }) => [String(number), summary]));
  });

  test('records a migration by hand as it says, and finds every column in history() as it says', async () => {
    const { migrator } = await migratorOn(database, { '1_a.sql': 'SELECT 1' });
    await migrator.migrate();
    const insert = codeBlocks('docs/history-table.md', 'sql').find((sql) => sql.startsWith('INSERT INTO ')) ?? '';
    await database.query(insert);
    await database.query(
      `INSERT INTO shared.schema_migrations (${rows.map(({ name }) => name).join(', ')})
       VALUES ('2_b.sql', now(), 5, 'running', true, 'c1', 'c2', 'migrate', gen_random_uuid(), now(), 'somebody',
               1, 3, 'c3', 'CALL p()', 'c4', '7', '[{"severity":"NOTICE","sqlstate":"00000","message":"m"}]', '[]')`,
    );
    const history = await migrator.history();
    expect(history.map(({ file, state }) => [file, state])).toEqual([
      ['1_a.sql', 'applied'],
      ['029_x.sql', 'applied'],
      ['2_b.sql', 'running'],
    ]);
    const row = history.at(-1) as object;
    expect(rows.filter(({ field }) => valueAt(row, field) === undefined || valueAt(row, field) === null)).toEqual([]);
    const fields = new Set(rows.map(({ field }) => field.split('.')[0]));
    expect(fields).toEqual(new Set(Object.keys(row)));
  });

  test('names methods that exist', () => {
    expect(text).toContain('await migrations.history()');
    expect(
      unknownNames(
        withoutCode(text, 'sql')
          .replace(/^\|.*$/gm, '')
          .replaceAll('console.log(', ''),
      ),
    ).toEqual([]);
  });
});

function valueAt(row: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], row);
}
