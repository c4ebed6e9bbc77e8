import type { ResolvedOptions } from '../../options.js';
import type { ResolvedTenantsOptions } from '../tenants-options.js';

/** The schemas that the files of a tenant with this schema may name. */
export type SchemasFor = (schema: string) => Promise<ReadonlySet<string>>;

/** The shared files are read only when tenants' files are linted, and then once. */
export function allowedSchemas(
  options: ResolvedOptions,
  tenants: Pick<ResolvedTenantsOptions, 'sharedFiles'>,
): SchemasFor {
  let shared: Promise<readonly string[]> | undefined;
  return async (schema) => {
    shared ??= import('./shared-schemas.js').then(({ sharedSchemas }) => sharedSchemas(options, tenants.sharedFiles));
    return new Set([schema, ...(await shared)]);
  };
}
