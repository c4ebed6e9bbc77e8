import path from 'node:path';

/** The command line as a standalone command. */
export const PROGRAM = 'nest-migrations';

/** How a program of an application is started, from its arguments. */
export function programOf([, script = '']: readonly string[]): string {
  return /\.[cm]?[jt]s$/.test(script) ? `node ${forShell(path.relative('', script))}` : path.basename(script);
}

/** One of our commands, quoted for the shell. Secrets are replaced with shell variables. */
export function commandLine(program: string, words: readonly string[]): string {
  const quoted = words.map((word, i) => {
    const [flag = '', value] = word.startsWith('--') ? split(word) : [words[i - 1], word];
    const hidden = value === undefined ? undefined : HIDDEN[flag]?.(value);
    if (hidden === undefined) return forShell(word);
    return value === word ? hidden : `${flag}=${hidden}`;
  });
  return [program, ...quoted].join(' ');
}

function split(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** By flag, what replaces a value that may be secret; undefined if the value is not. */
const HIDDEN: Readonly<Record<string, (value: string) => string | undefined>> = {
  '--database-url': (url) => (isSecret(url) ? '"$DATABASE_URL"' : undefined),
  '--server': (url) => (isSecret(url) ? '"$VERIFY_SERVER_URL"' : undefined),
  // The shell fails if the variable is not set: a migration must not run with an empty value.
  '--placeholder': (pair) => /^(\w+)=/.exec(pair)?.[0].concat(`"\${${pair.split('=')[0]}:?}"`),
};

function isSecret(url: string): boolean {
  return !URL.canParse(url) || new URL(url).password !== '' || /password/i.test(url);
}

/** A word quoted for the shell. */
export function forShell(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
