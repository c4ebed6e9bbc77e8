/** The command that was typed, with more arguments, as one can type it again. A password in a URL is left out. */
export function retyped(more: readonly string[], typed: readonly string[] = process.argv.slice(2)): string {
  return ['nest-migrations', ...withoutPassword(typed).map(forShell), ...more].join(' ');
}

const FLAG = '--database-url';
/** Already a word of the shell. */
const VARIABLE = '"$DATABASE_URL"';

function withoutPassword(typed: readonly string[]): string[] {
  return typed.map((word, i) => {
    if (typed[i - 1] === FLAG) return isSecret(word) ? VARIABLE : word;
    if (!word.startsWith(`${FLAG}=`)) return word;
    return isSecret(word.slice(FLAG.length + 1)) ? `${FLAG}=${VARIABLE}` : word;
  });
}

function isSecret(url: string): boolean {
  return !URL.canParse(url) || new URL(url).password !== '' || /password/i.test(url);
}

/** A word as one can type it in a shell. */
export function forShell(word: string): string {
  if (word.endsWith(VARIABLE) || /^[\w./:=@%+,-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
