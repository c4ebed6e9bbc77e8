/** The beginning of a checksum, for messages. */
export function shortChecksum(checksum: string | null | undefined): string {
  return checksum ? `${checksum.slice(0, 8)}…` : 'none';
}

/** A string literal in JavaScript. */
export function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

/** A method call of the service in JavaScript. */
export function call(method: string, ...args: readonly string[]): string {
  return `${method}(${args.map(quoted).join(', ')})`;
}

/** `1 migration`, `2 migrations`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** A place in a file, as a terminal opens it: `file:line:column`; only the file without a line. */
export function placeIn(name: string, line: number | undefined, column: number | undefined): string {
  return line === undefined ? name : `${name}:${line}:${column ?? 1}`;
}

/** The beginning of a statement, on one line. */
export function firstWords(statement: string): string {
  return statement.split(/\s+/).slice(0, 8).join(' ');
}

const MAX_LISTED = 10;

/** Joins names for a sentence; long lists are truncated. */
export function list(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const rest = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** A readable duration: `350 ms`, `12.5 s`, `15 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  return `${Math.round(ms / 60_000)} min`;
}
/**
 * A hint for a folder in `dist` without migrations: `nest build` copies SQL files only if it is configured to.
 * Begins with a space; empty for any other folder.
 */
export function assetsHint(directory: string): string {
  if (!/(?:^|[\\/])dist(?:[\\/]|$)/.test(directory)) return '';
  return ' "nest build" copies .sql files into dist only if compilerOptions in nest-cli.json has a line for them: "assets": ["**/*.sql"]. Add it, and build again.';
}

/** The message of anything that was thrown. */
export function messageOfAny(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Anything that was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
