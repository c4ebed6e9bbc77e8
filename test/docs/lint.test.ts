import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { EXAMPLE_SCHEMA } from '../../src/core/lint/model/example-schema.js';
import { LINT_RULE_NAMES } from '../../src/core/lint/model/rule-names.js';
import type { RuleDocs } from '../../src/core/lint/model/rule.js';
import { RULES, RULES_BY_NAME } from '../../src/core/lint/registry.js';
import { lintPage } from '../../tools/docs/lint-page.js';
import { fleetOn } from '../fleet/fleet-on.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { type Files, migratorOn } from '../support/migrator/migrator-on.js';
import { writeFiles } from '../support/files/write-files.js';

const db = useEmptyDatabase('lint_docs');

test('docs/lint.md matches the rules: npm run docs updates it', () => {
  expect(readFileSync('docs/lint.md', 'utf8')).toBe(lintPage());
});

test('the names of rules are those of the rules', () => {
  expect(RULES.map(({ name }) => name)).toEqual([...LINT_RULE_NAMES]);
  expect(Object.keys(RULES_BY_NAME)).toEqual([...LINT_RULE_NAMES]);
});

test('every rule without an example is about files', () => {
  const without = RULES.filter(({ docs }) => docs.example === undefined).map(({ name }) => name);
  expect(without).toEqual(['duplicate-version', 'unreadable-statement', 'refused-file', 'invalid-allow']);
});

/** A migrator on a database in which the examples find their tables. */
async function afterSetup({ setup }: RuleDocs) {
  const files: Files = { '001_tables.sql': EXAMPLE_SCHEMA, ...(setup !== undefined && { '002_setup.sql': setup }) };
  const observed = await migratorOn(db, files, { lint: { largeTableRows: 100 } });
  await observed.migrator.migrate();
  return observed;
}

/** What lint finds in a file of tenants, by rule. */
async function foundForTenants(sql: string): Promise<string[]> {
  const files = { '001_file.sql': sql };
  const list = [{ name: 'oak-hill', schema: 'oak_hill' }];
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
  return (await fleet.lint()).diagnostics.map(({ rule }) => rule);
}

describe.each(RULES.filter(({ docs }) => docs.isForTenants))('$name', ({ name, docs }) => {
  test('finds its example, and nothing in its safe way', async () => {
    expect(await foundForTenants(docs.example ?? '')).toContain(name);
    expect(docs.rewrite).not.toEqual([]);
    for (const { sql } of docs.rewrite) expect(await foundForTenants(sql)).not.toContain(name);
  });
});

const ANYWHERE = RULES.filter(({ docs }) => docs.example !== undefined && !docs.isForTenants);

describe.each(ANYWHERE)('$name', ({ name, docs }) => {
  beforeEach(() => expect(docs.finds).toMatch(/\.$/));

  test('finds its example', async () => {
    const { migrator, directory } = await afterSetup(docs);
    await writeFiles(directory, { '003_example.sql': docs.example ?? '' });
    const { files, diagnostics } = await migrator.lint();
    expect(files).toEqual(['003_example.sql']);
    expect(diagnostics.map(({ rule }) => rule)).toContain(name);
  });

  test('finds nothing in its safe way, and that runs', async () => {
    const { migrator, directory } = await afterSetup(docs);
    const rewrite = Object.fromEntries(docs.rewrite.map(({ sql }, i) => [`00${i + 3}_step.sql`, sql]));
    await writeFiles(directory, rewrite);
    expect(Object.keys(rewrite)).not.toEqual([]);
    const { files, diagnostics } = await migrator.lint();
    expect(files).toEqual(Object.keys(rewrite));
    expect(diagnostics.filter(({ rule, severity }) => rule === name || severity === 'error')).toEqual([]);
    expect((await migrator.migrate()).applied).toEqual(Object.keys(rewrite));
  });
});
