import { expect, test } from '@jest/globals';
import { LINT_RULE_NAMES } from '../../../src/core/lint/model/rule-names.js';
import { FOREIGN_TOOLS } from '../../../src/core/tools/names.js';
import { COMMANDS } from '../../../src/cli/program.js';
import { describeWith } from '../../support/jest/needs.js';
import { run } from '../command-line.js';
import { WORST, ESCAPED, raw, inBash, inOldBash, inFish, inZsh, migrationsInZsh } from '../shells.js';

const FLEET = COMMANDS.flatMap(({ name }) => (name.startsWith('fleet ') ? name.slice('fleet '.length) : []));
const NAMES = [...COMMANDS.map(({ name }) => name).filter((name) => !name.includes(' ')), 'fleet'].toSorted();
const flagsOf = (command: string): string[] => {
  const flags = COMMANDS.find(({ name }) => name === command)?.flags ?? [];
  return [...flags.map(([flag]) => flag.split(' ')[0] ?? ''), '--help'].toSorted();
};

describeWith('bash')('in bash', () => {
  test('commands, flags of the command, directories, and files for the rest', async () => {
    expect(await inBash('')).toEqual([...NAMES, '--help', '--version'].toSorted());
    expect(await inBash('mi')).toEqual(['migrate']);
    expect(await inBash('lint', '--')).toEqual(flagsOf('lint'));
    expect(await inBash('lint', '--format', 'text', '--st')).toEqual(['--strict']);
    expect(await inBash('lint', '--dir', 'mi')).toEqual(['migrations']);
    expect(await inBash('lint', '--search-path', '')).toEqual([]); // "-o default" completes a file
  });

  test('the commands of a group, and the flags and values of each', async () => {
    expect(await inBash('fleet', '')).toEqual([...FLEET, '--help'].toSorted());
    expect(await inBash('fleet', 'ro')).toEqual(['rollouts']);
    expect(await inBash('fleet', 'work', '--')).toEqual(flagsOf('fleet work'));
    expect(await inBash('fleet', 'pause', '--conn')).toEqual(['--connect-timeout']);
    expect(await inBash('fleet', 'work', '--lock', 's')).toEqual(['session']);
    expect(await inBash('mark', 'fleet', '--')).toEqual(flagsOf('mark'));
  });

  test.each<[string, string[], string]>([
    ['--layout', ['status', '--layout', 'x'], '--layout: expected one of '],
    ['--lock', ['migrate', '--lock', 'x'], '--lock: expected one of '],
    ['--transaction', ['plan', '--transaction', 'x'], '--transaction: expected one of '],
    ['--lint', ['migrate', '--lint', 'x'], '--lint: expected one of '],
    ['--format of lint', ['lint', '--format', 'x'], '--format: expected one of '],
    ['--format of check', ['check', '--format', 'x'], '--format: expected one of '],
    ['a tool', ['import', 'x'], 'expected one of '],
    ['a shell', ['completion', 'x'], 'expected one of '],
  ])('exactly the values that are valid: %s', async (_, words, before) => {
    const { stderr } = await run([
      ...words,
      ...(words[0] === 'completion' ? [] : ['--database-url', 'postgres://x/y']),
    ]);
    const [, valid = ''] = stderr.split(before);
    const names = (valid.split('\n')[0] ?? '').replaceAll('"', '').split(', ').toSorted();
    expect(names.length).toBeGreaterThan(1);
    expect(await inBash(...words.slice(0, -1), '')).toEqual(names);
  });

  test('pairs: a name, and after the equals sign a value', async () => {
    const rules = await inBash('lint', '--rule', '');
    expect(rules).toEqual(LINT_RULE_NAMES.map((name) => `${name}=`).toSorted());
    expect(await inBash('lint', '--rule', 'drop-col')).toEqual(['drop-column=']);
    for (const before of [['--rule'], ['--rule', '=']]) {
      expect(await inBash('lint', ...before, 'drop-column', '=')).toEqual(['error', 'off', 'warn']);
      expect(await inBash('lint', ...before, 'drop-column', '=', 'w')).toEqual(['warn']);
    }
    expect(await inBash('check', '--policy', 'chan')).toEqual(['changed=']);
    expect(await inBash('check', '--policy', 'changed', '=', 'f')).toEqual(['fail']);
    expect(await inBash('migrate', '--lock', '=', 's')).toEqual(['session']);
  });

  test.each(['mark', 'unmark', 'accept', 'resolve', 'baseline', 'repair --restart', 'migrate --to', 'verify --skip'])(
    'migrations, also of another directory: %s',
    async (command) => {
      const words = command.split(' ');
      expect(await inBash(...words, '')).toEqual(['001_a.sql', 'sub/002_b.sql']);
      expect(await inBash(...words, 'sub')).toEqual(['sub/002_b.sql']);
      const [name = '', ...more] = words;
      const other = [String.raw`3\ \$\(touch\ owned\)\ it\'s.sql`];
      expect(await inBash(name, '--dir', 'other', ...more, '')).toEqual(other);
      expect(await inBash(name, '--dir', '=', 'other', ...more, '')).toEqual(other);
    },
  );
});

describeWith('bash').each([
  ['bash', inBash],
  ['bash 3.2', inOldBash],
])('in %s, directories with spaces and quotes', (_, complete) => {
  test('are offered quoted, in the way in which the word begins', async () => {
    for (const typed of ['my', String.raw`my\ `, String.raw`my\ \$`])
      expect(await complete('lint', '--dir', typed)).toEqual([ESCAPED]);
    expect(await complete('lint', '--dir', '"my ')).toEqual([String.raw`my \$(touch owned) it's`]);
    expect(await complete('lint', '--dir', "'my")).toEqual([String.raw`my $(touch owned) it'\''s`]);
    expect(await complete('lint', '--dir', '~/my')).toEqual([`~/${ESCAPED}`]);
  });

  test('are searched for migrations, however they were typed', async () => {
    for (const typed of [ESCAPED, `~/${ESCAPED}`, `"${WORST}"`])
      expect(await complete('mark', '--dir', typed, '')).toEqual(['9_c.sql']);
  });
});

describeWith('bash')('in bash 3.2', () => {
  test.each<[string[], string[]]>([
    [['mi'], ['migrate']],
    [['lint', '--dir', 'mi'], ['migrations']],
    [['lint', '--format', 'te'], ['text']],
    [['lint', '--format=te'], ['text']],
    [
      ['lint', '--rule', 'drop-column='],
      ['error', 'off', 'warn'],
    ],
    [['lint', '--rule', 'drop-column=w'], ['warn']],
    [['lint', '--rule=drop-col'], ['drop-column=']],
    [['lint', '--rule=drop-column=w'], ['warn']],
    [
      ['mark', ''],
      ['001_a.sql', 'sub/002_b.sql'],
    ],
    [['mark', '--dir=other', ''], [String.raw`3\ \$\(touch\ owned\)\ it\'s.sql`]],
  ])('%j', async (words, offers) => {
    expect(await inOldBash(...words)).toEqual(offers);
  });
});

describeWith('fish')('in fish', () => {
  test('commands, flags of the command, and directories', async () => {
    expect(await inFish('nest-migrations ')).toEqual(NAMES);
    expect(await inFish('nestjs-pg-migrations mi')).toEqual(['migrate']);
    expect(await inFish('nest-migrations lint --')).toEqual(flagsOf('lint'));
    expect(await inFish('nest-migrations lint --dir mi')).toEqual(['migrations/']);
    expect(await inFish('nest-migrations lint --format ')).toEqual(['github', 'sarif', 'text']);
    expect(await inFish('nest-migrations check --rule drop-column=')).toEqual(
      ['error', 'off', 'warn'].map((level) => `drop-column=${level}`),
    );
    expect(await inFish('nest-migrations fleet ')).toEqual(FLEET.toSorted());
    expect(await inFish('nest-migrations fleet --')).toEqual(['--help']);
    expect(await inFish('nest-migrations fleet pause --')).toEqual(flagsOf('fleet pause'));
    expect(await inFish('nest-migrations fleet work --lock s')).toEqual(['session']);
    expect(await inFish('nest-migrations import no')).toEqual(['node-pg-migrate']);
    expect(await inFish('nest-migrations mark ')).toEqual(['001_a.sql', 'sub/002_b.sql']);
    expect(await inFish('nest-migrations migrate --dir other --to ')).toHaveLength(1);
    expect(await inFish(String.raw`nest-migrations mark --dir "my \$(touch owned) it\'s" `)).toEqual(['9_c.sql']);
    expect(await inFish('nest-migrations lint --dir my')).toEqual([`${WORST}/`]);
  });
});

describeWith('zsh')('in zsh', () => {
  test('commands, and flags of the command with their descriptions', async () => {
    expect(await inZsh('')).toEqual(NAMES);
    const specs = await inZsh('lint', '');
    expect(specs.map((spec) => /^\*(--[\w-]+)\[/.exec(spec)?.[1] ?? spec).toSorted()).toEqual(
      ['*:file:_files', ...flagsOf('lint')].toSorted(),
    );
    expect(specs).toContain(
      '*--format[text, sarif, or github for GitHub Actions annotations (default\\: text)]:format:(text github sarif)',
    );
    expect(await inZsh('fleet', '')).toEqual(FLEET.toSorted());
    const own = await inZsh('fleet', 'work', '');
    expect(own.map((spec) => /^\*(--[\w-]+)\[/.exec(spec)?.[1] ?? spec).toSorted()).toEqual(
      ['*:file:_files', ...flagsOf('fleet work')].toSorted(),
    );
    expect(await inZsh('import', '')).toContain(`1:tool:(${FOREIGN_TOOLS.join(' ')})`);
    expect(await inZsh('mark', '')).toContain('1:file:_nest_migrations_files');
    expect(specs).toContain('*--dir[directory of .sql files (default\\: migrations)]:directory:_files -/');
  });

  test('migrations, including those of another directory', async () => {
    expect(await migrationsInZsh("''")).toEqual(['001_a.sql', 'sub/002_b.sql']);
    expect(await migrationsInZsh('--dir', 'other', "''")).toEqual(["3 $(touch owned) it's.sql"]);
    for (const typed of [ESCAPED, `~/${ESCAPED}`, `"${WORST}"`])
      expect(await migrationsInZsh('--dir', raw(typed), "''")).toEqual(['9_c.sql']);
  });
});

test('exits with 2 for an unknown shell', async () => {
  expect(await run(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'error: unknown shell "tcsh"; expected one of bash, zsh, fish\n',
  });
  expect(await run(['completion', 'constructor'])).toMatchObject({ code: 2 });
});
