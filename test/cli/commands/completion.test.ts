import { expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMANDS } from '../../../src/cli/program.js';
import { describeWith } from '../../support/needs.js';
import { runProcess } from '../../support/process.js';
import { tempDirectory } from '../../support/temp-directory.js';
import { MAIN, run } from '../command-line.js';

const NAMES = COMMANDS.map(({ name }) => name).toSorted();
const flagsOf = (command: string): string[] => {
  const flags = COMMANDS.find(({ name }) => name === command)?.flags ?? [];
  return [...flags.map(([flag]) => flag.split(' ')[0] ?? ''), '--help'].toSorted();
};

/** The words that a shell offers. It runs this script after loading the completion script. */
async function offered(shell: string, script: (completion: string) => string): Promise<string[]> {
  const directory = await tempDirectory();
  await mkdir(join(directory, 'migrations'));
  const completion = `"${process.execPath}" "${MAIN}" completion ${shell}`;
  const { code, stdout, stderr } = await runProcess(shell, ['-c', script(completion)], {
    cwd: directory,
    env: { HOME: directory, ZDOTDIR: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').filter(Boolean).toSorted();
}

const inBash = (...words: string[]): Promise<string[]> =>
  offered(
    'bash',
    (completion) => `source <(${completion})
      COMP_WORDS=(nest-migrations ${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length}
      complete -p nest-migrations nestjs-pg-migrations > /dev/null
      _nest_migrations
      printf '%s\\n' "\${COMPREPLY[@]}"`,
  );

const inFish = (line: string): Promise<string[]> =>
  offered('fish', (completion) => `${completion} | source; complete -C '${line}' | string split -f1 \\t`);

/** Replaces the functions that show a menu with ones that print its entries. */
const inZsh = (...words: string[]): Promise<string[]> =>
  offered(
    'zsh',
    (completion) => `autoload -U compinit && compinit -u -D
      source <(${completion})
      [[ $_comps[nest-migrations] == _nest_migrations && $_comps[nestjs-pg-migrations] == _nest_migrations ]] || exit 1
      _describe() { print -rl -- \${\${(P)4}%%:*} }
      _arguments() { print -rl -- "$@" }
      words=(nest-migrations ${words.map((word) => `'${word}'`).join(' ')}) CURRENT=${words.length + 1}
      _nest_migrations`,
  );

describeWith('bash')('in bash', () => {
  test('commands, flags of the command, directories, and files for the rest', async () => {
    expect(await inBash('')).toEqual([...NAMES, '--help', '--version'].toSorted());
    expect(await inBash('mi')).toEqual(['migrate']);
    expect(await inBash('lint', '--')).toEqual(flagsOf('lint'));
    expect(await inBash('lint', '--format', 'text', '--st')).toEqual(['--strict']);
    expect(await inBash('lint', '--dir', 'mi')).toEqual(['migrations']);
    expect(await inBash('lint', '--rule', '')).toEqual([]);
    expect(await inBash('mark', '')).toEqual([]); // "-o default" completes a file
  });
});

describeWith('fish')('in fish', () => {
  test('commands, flags of the command, and directories', async () => {
    expect(await inFish('nest-migrations ')).toEqual(NAMES);
    expect(await inFish('nestjs-pg-migrations mi')).toEqual(['migrate']);
    expect(await inFish('nest-migrations lint --')).toEqual(flagsOf('lint'));
    expect(await inFish('nest-migrations lint --dir mi')).toEqual(['migrations/']);
  });
});

describeWith('zsh')('in zsh', () => {
  test('commands, and flags of the command with their descriptions', async () => {
    expect(await inZsh('')).toEqual(NAMES);
    const specs = await inZsh('lint', '');
    expect(specs.map((spec) => /^\*(--[\w-]+)\[/.exec(spec)?.[1] ?? spec).toSorted()).toEqual(
      ['*:file:_files', ...flagsOf('lint')].toSorted(),
    );
    expect(specs).toContain('*--dir[directory of .sql files (default\\: migrations)]:directory:_files -/');
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
