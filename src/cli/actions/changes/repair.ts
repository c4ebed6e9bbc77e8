import { count, shortChecksum } from '../../../core/errors/wording.js';
import type { RepairAction } from '../../../core/status/repair.js';
import { usageError } from '../../process/cli-error.js';
import type { ChangeFlags } from '../../process/flags.js';
import { selectsTenants } from '../selects-tenants.js';
import type { Action } from '../action.js';
import { makeChange } from './change.js';
import type { Change } from './definition.js';

interface RepairFlags extends ChangeFlags {
  readonly restart?: string;
  readonly resume?: string;
}

/** Makes the history match the files, or lets an unfinished migration start over or continue. */
export const repair: Action<RepairFlags> = (flags, terminal) => {
  const { restart, resume } = flags;
  if (restart !== undefined && resume !== undefined) throw usageError('give either --resume or --restart');
  const chosen = { ...(restart !== undefined && { restart }), ...(resume !== undefined && { resume }) };
  return makeChange(flags, terminal, {
    ...adoption,
    make: (migrator, options) => migrator.repair({ ...options, ...chosen }),
    isFinal: restart !== undefined,
    nothing: () =>
      resume === undefined
        ? 'Nothing to repair: names and checksums in the history match the files, and no failure is obsolete.'
        : `Nothing to repair: the finished steps of ${resume} are as recorded, so the next run continues after them.`,
  });
};

interface AcceptFlags extends ChangeFlags {
  readonly catalog?: boolean;
  readonly object?: string;
}

/** Accepts the drift of one file, of all files, or of the catalog. */
export const accept: Action<AcceptFlags> = (flags, terminal, file) =>
  flags.catalog || flags.object !== undefined ? acceptCatalog(flags, terminal) : acceptFiles(flags, terminal, file);

const acceptCatalog: Action<AcceptFlags> = ({ object, ...flags }, terminal) => {
  if (selectsTenants(flags))
    throw usageError(
      `${object === undefined ? '--catalog' : '--object'} does not work with tenants: their catalogs are not recorded`,
    );
  return makeChange(flags, terminal, {
    make: (migrator, options) => migrator.acceptCatalog({ ...options, ...(object !== undefined && { object }) }),
    describe: (found, isDone) =>
      found.length === 0
        ? []
        : [
            `${isDone ? 'Recorded' : 'record'} the current state of ${count(found.length, 'catalog object')}:`,
            ...found.map(({ subject }) => `  ${subject}`),
          ],
    nothing: () => 'Nothing to accept: the catalog matches its record.',
    toJson: (found) => ({ objects: found.map(({ code, subject }) => ({ code, subject })) }),
  });
};

const acceptFiles: Action<ChangeFlags> = (flags, terminal, file) =>
  makeChange(flags, terminal, {
    ...adoption,
    make: (migrator, options) => migrator.accept({ ...options, ...(file !== undefined && { file }) }),
    nothing: () => 'Nothing to accept: names and checksums in the history match the files.',
  });

const adoption: Pick<Change<RepairAction[]>, 'describe' | 'toJson'> = {
  describe: (changes, isDone) =>
    changes.length === 0
      ? []
      : [
          `${isDone ? 'Made' : 'make'} ${count(changes.length, 'change')} to the history:`,
          ...changes.flatMap((change) => [`  ${describe(change)}`, ...place(change)]),
        ],
  toJson: (changes) => ({ changes }),
};

function describe({ kind, file, recordedAs, from, to }: RepairAction): string {
  if (kind === 'restart') return `${file} starts over: ${from} finished → ${to}`;
  if (kind === 'remove')
    return `${file}: its row is removed, because the migration failed, left nothing behind, and will not run again`;
  if (kind === 'resume') return `${file} continues after its finished steps: ${from} → ${to}`;
  if (kind === 'name') return `${file}: name ${recordedAs} → ${file}`;
  return `${file}: checksum ${shortChecksum(from)} → ${shortChecksum(to)}`;
}

/** Where an unfinished migration continues. */
function place({ next, warning }: RepairAction): string[] {
  if (next === undefined) return [];
  return [
    ...(next
      ? [
          `    with this statement, on line ${next.line}:`,
          ...next.statement.split(/\r?\n/).map((line) => `      ${line}`),
        ]
      : ['    with no statement: none is left']),
    ...(warning === undefined ? [] : [`    warning: ${warning}`]),
  ];
}
