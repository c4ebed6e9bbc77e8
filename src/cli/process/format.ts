import { usageError } from './cli-error.js';

/**
 * The output format of a command: `json` with `--json`, otherwise the value of `--format`.
 *
 * @param known the values of `--format`; the first one is the default.
 * @throws CliError
 */
export function formatOf<const Name extends string>(
  { json = false, format }: { readonly json?: boolean; readonly format?: string },
  known: readonly [Name, ...Name[]],
): Name | 'json' {
  if (json && format !== undefined) throw usageError('--json and --format are mutually exclusive');
  if (json) return 'json';
  const found = known.find((name) => name === (format ?? known[0]));
  if (found === undefined) throw usageError(`--format: expected one of ${known.map((name) => `"${name}"`).join(', ')}`);
  return found;
}
