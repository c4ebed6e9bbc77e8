import { EXAMPLE_SCHEMA } from '../../src/core/lint/model/example-schema.js';
import type { LockClaim, RewriteStep, Rule } from '../../src/core/lint/model/rule.js';
import { RULES } from '../../src/core/lint/registry.js';

const INTRODUCTION = `# Lint

<!-- Written by \`npm run docs\` from src/core/lint. Edit the rules, not this page. -->

Lint reads migrations before they run, and finds statements that would block or break the application in production. It reads them with
PostgreSQL's own parser, and knows how this library runs them: which statements share a transaction, how long they wait for a lock, and
which files have already been applied. With access to the database, it also knows how large each table is.

\`\`\`ts
import { lintFiles, makeMigrator, renderDiagnostic } from 'nestjs-pg-migrations/migrator';

const migrator = makeMigrator({ connectionString: process.env.DATABASE_URL, directory: 'migrations' });
const { diagnostics } = await migrator.lint(); // the pending migrations; MigrationsService has the same method
for (const found of diagnostics) console.log(renderDiagnostic(found));

await lintFiles({ directory: 'migrations' }); // all migrations, without a database
\`\`\`

- **With a database**, the pending migrations are checked as one run. A table that the run itself creates is exempt: it has no rows and no
  readers yet. Column types, constraints and sizes come from the catalog, which is read with one query. No table is locked.
- **Without a database**, all migrations are checked, each as if it were the only pending one. Only tables that the same file creates
  are exempt. Column types come from the migrations themselves. Nothing is known about sizes, so \`unbounded-write\` finds nothing.

A diagnostic is plain data: \`rule\`, \`severity\` (\`note\`, \`warning\` or \`error\`), \`file\`, \`line\`, \`column\`, \`message\`, \`remedy\`, \`size\` (the table with
its estimated rows and bytes) and \`excerpt\` (the line with a caret). \`renderDiagnostic()\` turns it into a line.

## From the command line

\`nest-migrations lint\` shows each problem with its line and a caret, and exits with 6 if there is an error (\`--strict\`: or a warning). With
\`DATABASE_URL\` or \`--database-url\` it checks the pending migrations; with \`--all\`, or without a database, all of them. \`--format github\` shows the result
next to the code of a pull request, \`--format sarif\` is for code scanning, and \`--json\` for programs. \`nest-migrations check\` also lints the pending
migrations, and \`nest-migrations migrate --lint error\` refuses to run if there is an error. All flags are in [cli.md](cli.md).

\`\`\`
$ npx nest-migrations lint
migrations/002_index.sql:1:1 error: builds an index on orders without CONCURRENTLY, which blocks all writes to the table until it is built. [create-index-without-concurrently]
  CREATE INDEX orders_customer ON orders (customer_id);
  ^
  Use CREATE INDEX CONCURRENTLY in a file of its own, without BEGIN: such a file runs statement by statement, not in a transaction.
2 migrations checked, each as a separate run, without a database: 1 error, 0 warnings, 0 notes
\`\`\`

## Before a run

With the option \`lint\`, a run checks what it is about to execute. \`'warn'\` reports what lint finds as warnings (\`LINT_WARNING\`). \`'error'\` also
refuses to run if there is an error (\`LINT_ERROR\`), so that nothing is executed. By default it is \`'off'\`, and no rule is even loaded: CI
is a better place to find such problems than the start of an application.

\`\`\`ts
import { MigrationsModule } from 'nestjs-pg-migrations';

MigrationsModule.forRoot({
  connectionString: process.env.DATABASE_URL,
  lint: {
    onMigrate: 'error',
    rules: { 'drop-column': 'error', 'missing-if-not-exists': 'off' },
    largeTableRows: 1_000_000, // rows
  },
});
\`\`\`

Each rule can be \`off\`, \`warn\` or \`error\`. \`lint: 'error'\` alone is short for \`{ onMigrate: 'error' }\`.

## Allowing what a rule finds

A comment allows what one rule finds in the statement after it. It must give a reason, which the reviewer reads:

\`\`\`sql
-- allow: drop-column because no release since 2.3 reads or writes it
ALTER TABLE orders DROP COLUMN status;
\`\`\`

The comment goes on its own line before the statement, or inside it. To allow two rules, write two comments. \`-- allow-file: … because …\`, anywhere in the
file, allows what a rule finds in the whole file; it is the only way for a rule that is about the file itself, such as \`duplicate-version\`. A
comment without a reason, with an unknown rule or with a misspelled first word allows nothing and is reported (\`invalid-allow\`).

## A second opinion

\`nest-migrations lint --squawk\` also asks [Squawk](https://squawkhq.com), if the project has installed it (\`npm install --save-dev squawk-cli@2\`). What it finds
has the same form, with a rule such as \`squawk/ban-drop-column\`, and is a warning. Squawk gets what a run would send: the text with its placeholders replaced, and
whether it runs in a transaction. It does not know which tables are new or large. Configure it in its own file, \`.squawk.toml\`, and ignore a rule for one statement with its own comment,
\`-- squawk-ignore ban-drop-column\`. Its rules about missing timeouts are left out: this library sets timeouts itself, and \`missing-lock-timeout\` checks them. A statement that Squawk
cannot read is reported as a note; the rest of the file is still checked.

For another linter, pass a function:

\`\`\`ts
import { makeMigrator, type SecondOpinion } from 'nestjs-pg-migrations/migrator';

const noLeftovers: SecondOpinion = async ({ sql }) => {
  const offset = sql.indexOf('TODO');
  if (offset < 0) return [];
  return [{ rule: 'ours/no-leftovers', severity: 'warning', message: 'has a TODO', remedy: 'Finish it.', offset }];
};
const migrator = makeMigrator({ connectionString: process.env.DATABASE_URL });
await migrator.lint({ secondOpinion: noLeftovers });
\`\`\`

## Rules

`;

/** docs/lint.md */
export function lintPage(): string {
  return [
    INTRODUCTION,
    '| rule | severity | finds |\n|---|---|---|\n',
    ...RULES.map(
      ({ name, severity, docs }) => `| [\`${name}\`](#${name}) | ${severity} | ${firstSentence(docs.finds)} |\n`,
    ),
    `\nThe examples use these tables:\n\n${sqlBlock(EXAMPLE_SCHEMA)}`.trimEnd() + '\n',
    ...RULES.map(section),
  ].join('');
}

function section({ name, severity, docs }: Rule): string {
  const { finds, locks, duration, harm, setup, example, rewrite, notes } = docs;
  const locked = locks.length > 0 ? `${listOfLocks(locks)}. ${duration}` : duration;
  return [
    `\n## ${name}\n\nSeverity: \`${severity}\`\n\n`,
    paragraph('Finds', finds),
    example === undefined ? '' : sqlBlock(example),
    setup === undefined ? '' : `In this example, the following has already run:\n\n${sqlBlock(setup)}`,
    paragraph('Locks', locked),
    paragraph('Why it hurts', harm),
    ...(rewrite.length > 0 ? ['**The safe way:**\n\n', ...rewrite.map(step)] : []),
    notes === undefined ? '' : paragraph('Note', notes),
  ]
    .join('')
    .replace(/\n+$/, '\n');
}

function step({ about, sql, locks = [] }: RewriteStep, index: number, all: readonly RewriteStep[]): string {
  const number = all.length > 1 ? `${index + 1}. ` : '';
  return `${number}${about}${locks.length > 0 ? ` (${listOfLocks(locks)})` : ''}\n\n${sqlBlock(sql)}`;
}

function firstSentence(text: string): string {
  return /^.*?\.(?= [A-Z]|$)/.exec(text)?.[0] ?? text;
}

function listOfLocks(locks: readonly LockClaim[]): string {
  return locks.map(({ mode, on }) => `\`${mode}\` on \`${on}\``).join(', ');
}

function paragraph(title: string, text: string): string {
  return `**${title}:** ${text}\n\n`;
}

function sqlBlock(sql: string): string {
  return `\`\`\`sql\n${sql.trimEnd()}\n\`\`\`\n\n`;
}
