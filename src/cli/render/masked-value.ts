import { MASK, maskSecrets, maskUrl } from '../../core/sql/text/secrets.js';

const CONNECTIONS: readonly string[] = ['connection', 'migrateWith'];

/** The value of an option with secrets masked. @param option its dotted name */
export function maskedValue(option: string, value: unknown): unknown {
  const [group = ''] = option.split('.');
  if (group === 'placeholders' || group === 'pool') return MASK;
  if (option === 'connectionString') return maskUrl(String(value));
  if (CONNECTIONS.includes(group)) return maskedConnection(value as object);
  if (option === 'tenants.list') return maskedList(value);
  if (option === 'tenants.rollout') return withoutFunctions(value as object);
  if (option === 'tenants.engine') return ENGINE;
  return value instanceof RegExp ? String(value) : value;
}

/** A list of tenants. A query may contain a password. */
function maskedList(list: unknown): unknown {
  if (typeof list === 'string') return maskSecrets(list);
  return Array.isArray(list) ? list.map(maskedTenant) : FUNCTION;
}

function maskedTenant(tenant: unknown): unknown {
  if (typeof tenant !== 'object' || tenant === null) return MASK;
  const entries = Object.entries(tenant as Readonly<Record<string, unknown>>);
  const shown = ['name', 'schema', 'group'];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, shown.includes(name) ? value : maskedValue(name, value)]),
  );
}

const FUNCTION = '(function)';
const ENGINE = '(engine)';

function withoutFunctions(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [
      name,
      typeof each === 'function' ? FUNCTION : each,
    ]),
  );
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
