import { MASK, maskUrl } from '../../core/sql/text/secrets.js';

const CONNECTIONS: readonly string[] = ['connection', 'migrateWith'];

/** The value of an option with secrets masked. @param option its dotted name */
export function maskedValue(option: string, value: unknown): unknown {
  const [group = ''] = option.split('.');
  if (group === 'placeholders' || group === 'pool') return MASK;
  if (option === 'connectionString') return maskUrl(String(value));
  if (CONNECTIONS.includes(group)) return maskedConnection(value as object);
  return value instanceof RegExp ? String(value) : value;
}

/** Keeps only values that are known not to be secret. */
function maskedConnection(value: object): object {
  const shown = ['host', 'port', 'user', 'database'];
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => {
      if (name === 'connectionString') return [name, maskUrl(String(each))];
      return [name, shown.includes(name) && typeof each !== 'function' ? each : MASK];
    }),
  );
}
