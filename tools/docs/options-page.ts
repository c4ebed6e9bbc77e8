import { readInterfaces, type DocumentedInterface, type DocumentedProperty, type FindInterface } from './interfaces.js';

const INTRODUCTION = `# Options

<!-- Written by \`npm run docs\` from the doc comments of the options. Edit those, not this page. -->

These are the options of \`MigrationsModule.forRoot()\` and \`forRootAsync()\`. \`makeMigrator()\`, \`defineConfig()\` and the configuration file take the same
ones; there, those that only an application needs (\`onBootstrap\`, \`drift\`, \`health\`, \`name\`) do not exist or are ignored. [cli.md](cli.md) lists the
flags for them.

- Exactly one of \`connectionString\`, \`connection\` and \`pool\` is required. Everything else has a default.
- All unknown and contradictory options are reported together at the start.
- Durations are in milliseconds.
`;

const NAME: DocumentedProperty = {
  name: 'name',
  meaning:
    'The name of an additional instance: [several databases](recipes/several-databases.md). It is an argument of `forRoot()` and `forRootAsync()` themselves.',
  byDefault: 'none',
  types: [],
};

const NOTES = `
## Notes

**\`migrateWith\`.** The application's own role then needs only \`GRANT USAGE ON SCHEMA shared\` and \`GRANT SELECT ON shared.schema_migrations\`. One of your
migrations can grant both.

**\`timeouts.tableLock\`.** While a migration waits for a table lock, every later query on that table queues behind it. So a statement waits for at most five
seconds. Then its migration is rolled back and retried after a pause, with a warning. Two kinds of statements wait without a limit: concurrent index builds,
and statements outside a transaction behind a transaction-mode pooler, where no limit can be set. \`-- lock-timeout: 30s\` at the top of a file sets the
limit for that file.

**Timeouts of your own connection** (\`query_timeout\`, \`statement_timeout\`) do not apply to migrations.

**Secrets.** String literals after \`PASSWORD\`, and placeholder values of four or more characters, are masked in errors, log lines and events.
`;

/** Types whose properties are options too. */
const NESTED = /(?:Options|Rules|Policy)$/;

/** docs/options.md */
export function optionsPage(): string {
  const find = readInterfaces();
  const root = find('MigrationsModuleOptions');
  if (!root) throw new Error('src has no interface MigrationsModuleOptions');
  const all = { meaning: '', properties: [...root.properties, NAME] };
  return [INTRODUCTION, ...sections('All options', '', all, find), NOTES].join('');
}

/** The options at one path, followed by those below it. */
function sections(
  title: string,
  path: string,
  { meaning, properties }: DocumentedInterface,
  find: FindInterface,
): string[] {
  const below: string[] = [];
  const rows = properties.map((property) => {
    const inner = nestedIn(property, find);
    if (!inner) return row(property);
    const innerPath = path === '' ? property.name : `${path}.${property.name}`;
    below.push(...sections(`\`${innerPath}\``, innerPath, inner, find));
    return row(property, `[below](#${innerPath.replaceAll('.', '').toLowerCase()})`);
  });
  const table = ['| option | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
  return [`\n## ${title}\n\n${meaning === '' ? '' : `${meaning}\n\n`}${table}`, ...below];
}

function nestedIn({ name, types }: DocumentedProperty, find: FindInterface): DocumentedInterface | undefined {
  if (name === 'migrateWith') return undefined; // it has the options of the first connection
  return types
    .filter((type) => NESTED.test(type))
    .map(find)
    .find((each) => each !== undefined);
}

function row({ name, byDefault, meaning }: DocumentedProperty, nested = ''): string {
  return `| \`${name}\` | ${code(byDefault) || nested} | ${escaped(meaning)} |`;
}

/** Values as code, phrases as text: `10000`, but "the login role". */
function code(byDefault: string): string {
  const [, value, rest] = /^('[^']*'|\d+|true|false|\/.*\/\w*|\[.*?\]|\{.*\})(.*)$/.exec(byDefault) ?? [];
  return escaped(value === undefined ? byDefault : `\`${value}\`${rest}`);
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
