/** Options from one source. */
export interface Layer {
  /** The source of an option, by its dotted name. */
  readonly from: (option: string) => string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Options that are objects of options; these are merged option by option. */
export const GROUPS: readonly string[] = ['timeouts', 'policy', 'placeholders', 'lint', 'tenants'];
/** The options that say how to connect. */
export const CONNECTIONS: readonly string[] = ['connectionString', 'connection', 'pool'];

/** Merges options; later layers override earlier ones. A connection replaces any earlier connection. */
export function mergeLayers(layers: readonly Layer[]): Record<string, unknown> {
  let merged: Record<string, unknown> = {};
  for (const { options } of layers) {
    if (CONNECTIONS.some((way) => options[way] !== undefined))
      merged = Object.fromEntries(Object.entries(merged).filter(([name]) => !CONNECTIONS.includes(name)));
    for (const [name, value] of Object.entries(options)) {
      const before = merged[name];
      merged[name] = GROUPS.includes(name) && isGroup(before) && isGroup(value) ? { ...before, ...value } : value;
    }
  }
  return merged;
}

/** The source that sets an option, by its dotted name; undefined if it has its default. */
export function sourceOf(option: string, layers: readonly Layer[]): string | undefined {
  return layers.findLast(({ options }) => has(option, options))?.from(option);
}

function has(option: string, options: Readonly<Record<string, unknown>>): boolean {
  const [group = '', name] = option.split('.');
  const value = options[group];
  return value !== undefined && (name === undefined || !isGroup(value) || value[name] !== undefined);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
