import type { RecordedCommand } from '../errors/finding.js';
import type { DdlEntry } from '../history/ddl-audit.js';
import { ownerOfPart, type CatalogObject } from './catalog-object.js';

/** The latest commands matter most. */
const MAX_COMMANDS = 3;

/**
 * The latest commands on an object that the DDL audit recorded, in order: those that name it, otherwise those that name
 * the object that it belongs to. Only the last of several repeated commands is listed.
 *
 * @param entries oldest first
 */
export function commandsOnObject(object: CatalogObject, entries: readonly DdlEntry[]): readonly RecordedCommand[] {
  const names = namesOf(object);
  const own = entries.filter((entry) => concerns(entry, object, names));
  const owner = ownerOfPart(object)?.join('.');
  const found =
    own.length > 0 || owner === undefined ? own : entries.filter((entry) => concerns(entry, object, [owner]));
  return found
    .map(({ command, at, role, login, application, address }) => ({ command, at, role, login, application, address }))
    .filter((each, i, all) => !isRepeated(each, all[i + 1]))
    .slice(-MAX_COMMANDS);
}

function concerns(
  { object: identity, objectType, command, dropped }: DdlEntry,
  { kind, name }: CatalogObject,
  names: readonly string[],
): boolean {
  if (identity === null) return false; // GRANT, for which PostgreSQL names no object
  const named = identity.replaceAll('"', '');
  if (dropped && objectType === 'schema' && named === name[0]) return true;
  if (kind === 'grants') return false;
  if (kind === 'comment') return command === 'COMMENT' && (name.at(-1) ?? '').endsWith(` ${identity}`);
  return command !== 'COMMENT' && names.includes(named);
}

/** How PostgreSQL may name an object. */
function namesOf(object: CatalogObject): readonly string[] {
  const { name } = object;
  const owner = ownerOfPart(object)?.join('.');
  if (owner === undefined) return [name.join('.')];
  const own = name.at(-1) ?? '';
  return [name.join('.'), `${own} on ${owner}`, [...name.slice(0, -2), own].join('.')];
}

/** PostgreSQL reports a replaced view twice, and a person may repeat a command. */
function isRepeated(one: RecordedCommand, next: RecordedCommand | undefined): boolean {
  return next !== undefined && JSON.stringify({ ...one, at: 0 }) === JSON.stringify({ ...next, at: 0 });
}
