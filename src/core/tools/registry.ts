import { atlas } from './definitions/atlas.js';
import { dbmate } from './definitions/dbmate.js';
import { diesel } from './definitions/diesel.js';
import { flyway } from './definitions/flyway.js';
import { golangMigrate } from './definitions/golang-migrate.js';
import { goose } from './definitions/goose.js';
import { knex } from './definitions/knex.js';
import { nodePgMigrate } from './definitions/node-pg-migrate.js';
import { postgrator } from './definitions/postgrator.js';
import { prisma } from './definitions/prisma.js';
import { sqlx } from './definitions/sqlx.js';
import { typeorm } from './definitions/typeorm.js';
import type { FileProblem } from '../problems/file-problem.js';
import { baseName, type ToolDefinition } from './tool.js';

/** The tools that this library knows, in the order in which lists name them. A new tool is a file and an entry here. */
export const TOOLS = [
  golangMigrate,
  sqlx,
  flyway,
  prisma,
  diesel,
  goose,
  dbmate,
  nodePgMigrate,
  knex,
  typeorm,
  atlas,
  postgrator,
] as const;

/** Names of the tools that define a part. */
export type ToolWith<Part extends keyof ToolDefinition> = Extract<
  (typeof TOOLS)[number],
  Readonly<Record<Part, unknown>>
>['name'];

/** Whether a comment, given without its dashes, is some tool's directive not to use a transaction. */
export function isNoTransactionDirective(comment: string, tools: readonly ToolDefinition[] = TOOLS): boolean {
  return tools.some(({ noTransaction }) => noTransaction?.test(comment));
}

/** The problem with a line comment, given with its dashes, that begins some tool's undo section; undefined for others. */
export function undoSectionProblem(comment: string, tools: readonly ToolDefinition[] = TOOLS): FileProblem | undefined {
  const marker = comment.replace(/^--[\s-]*/, '-- '); // some tools accept any number of dashes
  const owners = tools.filter(({ undoSection }) => undoSection?.test(marker));
  return owners.length === 0 ? undefined : { reason: 'undo-section', value: marker, layouts: layoutsAmong(owners) };
}

/** The names of those tools that have a layout. */
export function layoutsAmong(tools: readonly ToolDefinition[]): readonly string[] {
  return tools.filter(({ layout }) => layout).map(({ name }) => name);
}

/** The files that show that a folder is a migration of some tool. */
export const FILES_IN_FOLDERS: readonly string[] = TOOLS.flatMap((tool) =>
  'layout' in tool && 'fileInFolder' in tool.layout ? [tool.layout.fileInFolder] : [],
);

/** The tool whose layout has a folder for each migration and a file of this name in it. */
export function folderToolOf(fileName: string, tools: readonly ToolDefinition[] = TOOLS): ToolDefinition | undefined {
  return tools.find(({ layout }) => layout && 'fileInFolder' in layout && layout.fileInFolder === fileName);
}

const BEGINS_WITH_VERSION = /^\d/;

/**
 * The part of a path that begins with the version: the file name, or the folder name in layouts with a folder for each
 * migration. It does not depend on the layout in use, because rows of the history do not say where they came from.
 */
export function versionedName(path: string, tools: readonly ToolDefinition[] = TOOLS): string {
  const fileName = baseName(path);
  const folder = path.slice(0, -fileName.length - 1);
  const name = (folder !== '' && folderToolOf(fileName, tools) && baseName(folder)) || fileName;
  if (BEGINS_WITH_VERSION.test(name)) return name;
  return tools.reduce((rewritten, tool) => tool.versionFirst?.(rewritten) ?? rewritten, name);
}
