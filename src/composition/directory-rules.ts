import { LAYOUTS } from '../core/tools/layouts.js';
import type { DirectoryRules } from '../files/rules.js';
import type { ResolvedOptions } from './options.js';

/** Which files of the directory are migrations, according to options. @param option the one that names the directory */
export function directoryRules({ layout, recursive, pattern }: ResolvedOptions, option?: string): DirectoryRules {
  return { layout: LAYOUTS[layout], recursive, pattern, option };
}
