const MASK = '***';
const CONNECTIONS: readonly string[] = ['connection', 'migrateWith'];

/** The value of an option with secrets masked. @param option its dotted name */
export function maskedValue(option: string, value: unknown): unknown {
  const [group = ''] = option.split('.');
  if (group === 'placeholders' || group === 'pool') return MASK;
  if (option === 'connectionString') return maskedUrl(String(value));
  if (CONNECTIONS.includes(group)) return maskedConnection(value as object);
  return value instanceof RegExp ? String(value) : value;
}

/** Everything that may be secret is after the user or in the parameters. */
function maskedUrl(url: string): string {
  if (!URL.canParse(url)) return MASK;
  const parsed = new URL(url);
  if (parsed.password !== '') parsed.password = MASK;
  for (const name of new Set(parsed.searchParams.keys()))
    if (/password|secret|token|options/i.test(name)) parsed.searchParams.set(name, MASK);
  return parsed.href;
}

/** Keeps only values that are known not to be secret. */
function maskedConnection(value: object): object {
  const shown = ['host', 'port', 'user', 'database'];
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => {
      if (name === 'connectionString') return [name, maskedUrl(String(each))];
      return [name, shown.includes(name) && typeof each !== 'function' ? each : MASK];
    }),
  );
}
