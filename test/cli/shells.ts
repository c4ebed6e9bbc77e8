import { expect } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';
import { writeFiles } from '../support/files/write-files.js';
import { run } from './command-line.js';

/** By shell. */
const scripts: Record<string, string> = {};

/** The words that a shell offers. It runs this script after loading the completion script. */
async function offered(shell: string, script: (completion: string) => string): Promise<string[]> {
  const directory = await tempDirectory();
  await writeFiles(directory, {
    'migrations/001_a.sql': '',
    'migrations/sub/002_b.sql': '',
    'migrations/README.md': '',
    "other/3 $(touch owned) it's.sql": '',
    "my $(touch owned) it's/9_c.sql": '',
  });
  scripts[shell] ??= (await run(['completion', shell])).stdout;
  await writeFiles(directory, { '.completion': scripts[shell] });
  const completion = `cat "${join(directory, '.completion')}"`;
  const { code, stdout, stderr } = await runProcess(shell, ['-c', script(completion)], {
    cwd: directory,
    env: { HOME: directory, ZDOTDIR: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(existsSync(join(directory, 'owned'))).toBe(false);
  return stdout.split('\n').filter(Boolean).toSorted();
}

/** The directory with the worst name. */
export const WORST = "my $(touch owned) it's";
/** The same, as it may be typed. */
export const ESCAPED = String.raw`my\ \$\(touch\ owned\)\ it\'s`;
export const raw = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** What bash offers after these words. */
export const inBash = (...words: string[]): Promise<string[]> =>
  offered(
    'bash',
    (completion) => `source <(${completion})
      COMP_WORDS=(nest-migrations ${words.map(raw).join(' ')}) COMP_CWORD=${words.length}
      complete -p nest-migrations nestjs-pg-migrations > /dev/null
      _nest_migrations
      printf '%s\\n' "\${COMPREPLY[@]}"`,
  );

/** As in bash 3.2: without the builtins of later versions, and with words that are not split at equals signs. */
export const inOldBash = (...words: string[]): Promise<string[]> =>
  offered(
    'bash',
    (completion) => `enable -n mapfile readarray compopt
      COMP_WORDBREAKS=$' \t\n"><=;|&(:'
      eval "$(${completion})"
      COMP_WORDS=(nest-migrations ${words.map(raw).join(' ')}) COMP_CWORD=${words.length}
      _nest_migrations
      printf '%s\n' "\${COMPREPLY[@]}"`,
  );

/** What fish offers after this line. */
export const inFish = (line: string): Promise<string[]> =>
  offered('fish', (completion) => `${completion} | source; complete -C '${line}' | string replace -r '\\t.*' ''; true`);

/** Replaces the functions that show a menu with ones that print its entries. */
export const inZsh = (...words: string[]): Promise<string[]> =>
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

/** The migrations that zsh offers after these words. */
export const migrationsInZsh = (...words: string[]): Promise<string[]> =>
  offered(
    'zsh',
    (completion) => `autoload -U compinit && compinit -u -D
      source <(${completion})
      compadd() { print -rl -- \${(P)2} }
      words=(mark ${words.join(' ')})
      _nest_migrations_files`,
  );
