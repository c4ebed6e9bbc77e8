import path from 'node:path';
import type { ProjectOptions } from '../configuration/project-options.js';

/** False if all files are those of tenants. `--dir` may name their directory. */
export function hasSharedDirectory({
  directory,
  tenants,
}: Pick<ProjectOptions, 'directory'> & { readonly tenants?: ProjectOptions['tenants'] | undefined }): boolean {
  return !tenants || (tenants.sharedFiles && path.resolve(directory) !== path.resolve(tenants.directory));
}
