import path from 'node:path';
import type { ProjectOptions } from '../configuration/project-options.js';
import { usageError } from '../process/cli-error.js';

/**
 * False if all files are those of tenants.
 *
 * @throws CliError if their directory was named as that of the shared files: which schemas those create would be unknown
 */
export function hasSharedDirectory({
  directory,
  tenants,
}: Pick<ProjectOptions, 'directory'> & { readonly tenants?: ProjectOptions['tenants'] | undefined }): boolean {
  if (!tenants) return true;
  if (tenants.sharedFiles && path.resolve(directory) === path.resolve(tenants.directory))
    throw usageError(
      `${directory} is the directory of tenants, whose files are checked in any case: omit --dir, or name the directory of the shared files`,
    );
  return tenants.sharedFiles;
}
