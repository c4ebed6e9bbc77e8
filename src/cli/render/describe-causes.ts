import { maskSecrets } from '../../core/sql/text/secrets.js';

/** The stack of an error, and each of its causes with its stack. @param values of placeholders, which are masked too */
export function describeCauses(error: unknown, values: readonly string[]): string {
  const [first, ...causes] = chainOf(error, new Set());
  const lines = [framesOf(first), ...causes.flatMap((cause) => [`Caused by ${headOf(cause)}`, framesOf(cause)])];
  return maskSecrets(lines.filter((line) => line !== '').join('\n'), values);
}

/** An error, its causes, and the errors that it aggregates, each listed once. */
function chainOf(error: unknown, known: Set<unknown>): unknown[] {
  if (error === undefined || known.has(error)) return [];
  known.add(error);
  if (!(error instanceof Error)) return [error];
  const collected = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [error, ...[error.cause, ...collected].flatMap((each) => chainOf(each, known))];
}

function headOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { readonly code?: unknown };
  return `${error.name}${typeof code === 'string' ? ` (${code})` : ''}: ${error.message}`;
}

/** The part of a stack below the message. */
function framesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => /^ {4}at /.test(line)).join('\n');
}
