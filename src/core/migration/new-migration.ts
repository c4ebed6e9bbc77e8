import { problemText } from '../problems/file-problem.js';
import type { Layout } from '../tools/layouts.js';
import { baseName, type Naming } from '../tools/tool.js';
import { DASHED_FORM, nextVersion, type VersionStyle } from './next-version.js';
import { compareVersions, migrationOrder, type MigrationOrder } from './version.js';

/** What the path of a new migration depends on. */
export interface NewMigration {
  readonly layout: Layout;
  /** A short description, as typed. */
  readonly name: string;
  /** The newest migration of the directory; undefined if there is none. */
  readonly newest: MigrationOrder | undefined;
  readonly now: Date;
  /** @default the style of the newest version; timestamps in an empty directory */
  readonly style?: VersionStyle | undefined;
}

/** The path of a new migration, relative to the directory, with `/`; or why it cannot be created. */
export function newMigrationPath(wanted: NewMigration): { readonly file: string } | { readonly problem: string } {
  const { layout, newest, now, style } = wanted;
  const name = readableName(wanted.name);
  if (typeof name !== 'string') return name;
  const written = newest && writtenAs(newest.file, layout);
  const version = nextVersion(written?.version, now, { style, dashed: layout.naming.dashed ?? false });
  const separator = layout.naming.separator ?? written?.separator ?? '_';
  const [firstSuffix = '.sql'] = suffixesOf(layout.naming);
  const stem = `${layout.naming.prefix ?? ''}${version}${separator}${name}`;
  const file =
    layout.fileInFolder === undefined ? `${stem}${written?.suffix ?? firstSuffix}` : `${stem}/${layout.fileInFolder}`;
  const problem = problemWith(file, layout, newest);
  return problem === undefined ? { file } : { problem };
}

/** The path of a migration with the version after another one, and everything else unchanged. */
export function renumbered(file: string, layout: Layout, after: MigrationOrder, now: Date): string {
  const { version } = writtenAs(file, layout);
  if (version === undefined) return file;
  const tail = layout.fileInFolder === undefined ? '' : `/${layout.fileInFolder}`;
  const folders = file.length - tail.length - nameIn(file, layout).length;
  const at = folders + (layout.naming.prefix ?? '').length;
  const next = nextVersion(writtenAs(after.file, layout).version, now, { dashed: layout.naming.dashed ?? false });
  return `${file.slice(0, at)}${next}${file.slice(at + version.length)}`;
}

/** The path of a checkpoint: that of its last migration, with another name. */
export function checkpointPath(last: string, layout: Layout): string | undefined {
  const { version, separator, suffix } = writtenAs(last, layout);
  if (version === undefined) return undefined;
  const tail = layout.fileInFolder === undefined ? (suffix ?? '.sql') : `/${layout.fileInFolder}`;
  const folders = last.length - nameIn(last, layout).length - (layout.fileInFolder === undefined ? 0 : tail.length);
  const between = layout.naming.separator ?? separator ?? '_';
  return `${last.slice(0, folders)}${layout.naming.prefix ?? ''}${version}${between}checkpoint${tail}`;
}

/** Adds the marker line that a layout requires before the SQL. */
export function newMigrationBody(body: string, layout: Layout): string {
  const { upMarker } = layout;
  const lacksMarker = upMarker !== undefined && typeof layout.section(body) !== 'string';
  const marked = lacksMarker ? `${upMarker}\n${body}` : body;
  return marked === '' || marked.endsWith('\n') ? marked : `${marked}\n`;
}

/** Letters of any language, digits, and characters that need no quoting in a shell. */
const NAME = /^[\p{L}][\p{L}\p{M}\p{N}_.+-]*$/u;

function readableName(typed: string): string | { readonly problem: string } {
  const name = typed
    .normalize('NFC')
    .replace(/\.sql$/i, '')
    .trim()
    .replaceAll(/\s+/g, '_');
  if (/^\d/.test(name)) return { problem: 'it must begin with a letter: the version precedes it' };
  if (NAME.test(name)) return name;
  return { problem: 'it may contain only letters, digits, spaces and _ - + . and must begin with a letter' };
}

function suffixesOf({ suffixes = ['.sql'] }: Naming): readonly string[] {
  return suffixes;
}

/** Dates come first, because the separator between their parts may also separate the version from the name. */
const VERSION = new RegExp(String.raw`^(?:${DASHED_FORM}(?!\d)|\d+(?:\.\d+)*)`);

/** The parts of a migration's file name: version, separator and suffix. */
function writtenAs(
  file: string,
  layout: Layout,
): {
  readonly version: string | undefined;
  readonly separator: string | undefined;
  readonly suffix: string | undefined;
} {
  const { naming } = layout;
  const name = nameIn(file, layout).slice((naming.prefix ?? '').length);
  const version =
    naming.separator === undefined ? VERSION.exec(name)?.[0] : name.slice(0, name.indexOf(naming.separator));
  const separator = /^(?:__?|-)/.exec(name.slice(version?.length ?? 0))?.[0];
  const suffix = suffixesOf(naming)
    .toSorted((a, b) => b.length - a.length)
    .find((each) => name.toLowerCase().endsWith(each));
  return { version, separator, suffix };
}

/** The part of a path that begins with the version: the file name, or the name of its folder. */
function nameIn(file: string, { fileInFolder }: Layout): string {
  return baseName(fileInFolder === undefined ? file : file.slice(0, -fileInFolder.length - 1));
}

function problemWith(file: string, layout: Layout, newest: MigrationOrder | undefined): string | undefined {
  const role = layout.role(file);
  if (role !== 'migration')
    return `${file} would not be a migration${role === 'ignored' ? '' : `: ${problemText(role.problem)}`}`;
  if (!newest || compareVersions(migrationOrder(file).version, newest.version) > 0) return undefined;
  return `${file} would not come after ${newest.file}, the newest migration`;
}
