/** The list of tenants in the options of a module; undefined without one. */
export function listOf({ tenants }: Readonly<Record<string, unknown>>): unknown {
  return typeof tenants === 'object' && tenants !== null && 'list' in tenants ? tenants.list : undefined;
}

/** True for a list that comes from providers of the application. */
export function isListFactory(list: unknown): boolean {
  return typeof list === 'object' && list !== null && 'useFactory' in list;
}
