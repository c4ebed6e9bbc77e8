import { usageError } from '../process/cli-error.js';
import type { TenantFlags } from '../process/flags.js';

/** True if a command is to work on tenants. @throws CliError if the flags exclude each other */
export function selectsTenants({ tenant, group, all }: TenantFlags): boolean {
  const given = [tenant, group, all].filter((value) => value !== undefined);
  if (given.length > 1) throw usageError('--tenant, --group and --all are mutually exclusive');
  return given.length > 0;
}
