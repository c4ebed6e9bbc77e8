import { folderLayoutProblem, nameProblem } from './file-names.js';
import { migrationOrder } from '../migration/version.js';
import { upSection, type SectionMarkers, type SectionProblem } from '../sql/text/sections.js';

/** How a directory is laid out: by this tool's own rules, or by those of another tool, read as its files lie. */
export const LAYOUT_NAMES = [
  'plain',
  'golang-migrate',
  'sqlx',
  'flyway',
  'prisma',
  'diesel',
  'goose',
  'dbmate',
] as const;

export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** What a file is in a layout: a migration, something that is rightly left alone, or a problem. */
export type FileRole = 'migration' | 'ignored' | { readonly problem: string };

export interface Layout {
  /** True when migrations lie in subfolders. */
  readonly nested: boolean;
  role(path: string): FileRole;
  /** The part of a file to run, everything else blanked out so that positions stay; a reason when there is none. */
  section(text: string): string | SectionProblem;
}

const whole = (text: string): string => text;

const GOOSE: SectionMarkers = {
  up: /^--[ \t]*\+goose[ \t]+Up\b/,
  down: /^--[ \t]*\+goose[ \t]+Down\b/,
  rewrites: /^--[ \t]*\+goose[ \t]+ENVSUB(?:ST)?[ \t]+ON\b/,
  written: '-- +goose Up',
};
const DBMATE: SectionMarkers = {
  up: /^--[ \t]*migrate:up\b/,
  down: /^--[ \t]*migrate:down\b/,
  written: '-- migrate:up',
};

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  plain: {
    nested: false,
    section: whole,
    role: (path) => problemOr(folderLayoutProblem(path) ?? nameProblem(baseName(path))),
  },
  'golang-migrate': {
    nested: false,
    section: whole,
    role: (path) => (isDown(path) ? 'ignored' : numbered(path, /\.up\.sql$/i, '<version>_<title>.up.sql')),
  },
  sqlx: {
    nested: false,
    section: whole,
    role: (path) => (isDown(path) ? 'ignored' : numbered(path, /\.sql$/i, '<version>_<description>.sql')),
  },
  flyway: { nested: true, section: whole, role: flywayRole },
  prisma: { nested: true, section: whole, role: (path) => inFolder(path, 'migration.sql') },
  diesel: {
    nested: true,
    section: whole,
    role: (path) => (baseName(path) === 'down.sql' ? 'ignored' : inFolder(path, 'up.sql')),
  },
  goose: {
    nested: false,
    section: (text) => upSection(text, GOOSE),
    role: (path) => numbered(path, /\.sql$/i, '<version>_<name>.sql'),
  },
  dbmate: {
    nested: false,
    section: (text) => upSection(text, DBMATE),
    role: (path) => numbered(path, /\.sql$/i, '<version>_<name>.sql'),
  },
};

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function problemOr(problem: string | undefined): FileRole {
  return problem === undefined ? 'migration' : { problem };
}

function isDown(path: string): boolean {
  return /\.down\.sql$/i.test(path);
}

function numbered(path: string, form: RegExp, written: string): FileRole {
  const fits = form.test(path) && migrationOrder(path).version !== null;
  return fits ? 'migration' : { problem: `its name is not of the form ${written}, which this layout wants` };
}

/**
 * `U` undoes and `B` is for new databases only: both are left alone. Repeatable files and callbacks would be missed, so
 * they are refused.
 */
function flywayRole(path: string): FileRole {
  const name = baseName(path);
  if (/^[UB]\d[^/]*__/.test(name)) return 'ignored';
  if (/^V\d[\d._]*__/.test(name)) return 'migration';
  return {
    problem: name.startsWith('R__')
      ? 'repeatable migrations are not supported'
      : 'its name is not of the form V<version>__<description>.sql',
  };
}

function inFolder(path: string, wanted: string): FileRole {
  if (baseName(path) !== wanted) return 'ignored';
  return migrationOrder(path).version === null
    ? { problem: 'the name of its folder does not begin with a number' }
    : 'migration';
}
