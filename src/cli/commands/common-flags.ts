import type { LayoutName } from '../../core/tools/layouts.js';
import type { Flag } from './definition.js';

/** Written out, because the layouts themselves would have to be loaded at every start. */
const LAYOUT_NAMES: Readonly<Record<LayoutName, true>> = {
  plain: true,
  'golang-migrate': true,
  sqlx: true,
  flyway: true,
  prisma: true,
  diesel: true,
  goose: true,
  dbmate: true,
};

/** Flags of every command that works on a target. */
export const COMMON_FLAGS: readonly Flag[] = [
  ['--database-url <url>', 'PostgreSQL URL (default: the environment variable DATABASE_URL)'],
  ['--dir <directory>', 'folder of .sql files (default: migrations)'],
  ['--table <table>', 'history table (default: shared.schema_migrations)'],
  ['--role <role>', 'role that runs the migrations and owns what they create (default: the login role)'],
  ['--layout <layout>', `layout of the folder: ${Object.keys(LAYOUT_NAMES).join(', ')} (default: plain)`],
  ['--recursive', 'read subfolders too'],
  ['--json', 'print one JSON object'],
];
