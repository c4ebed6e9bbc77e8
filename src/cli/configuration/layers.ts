/** Options from one place. */
export interface Layer {
  /** The place that gave an option, by its name with dots. */
  readonly from: (option: string) => string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Options that are objects of options; layers are put together option by option in them. */
const GROUPS: readonly string[] = ['timeouts', 'policy', 'placeholders', 'lint'];
const CONNECTIONS: readonly string[] = ['connectionString', 'connection', 'pool'];

/** Puts options together, the later ones over the earlier ones. A connection replaces every other one. */
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

/** The place that decides about an option, by its name with dots; undefined if it has its default. */
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
