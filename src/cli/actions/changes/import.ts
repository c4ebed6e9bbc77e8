import { count } from '../../../core/errors/wording.js';
import type { ForeignTool } from '../../../core/tools/names.js';
import type { ChangeFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { makeChange } from './change.js';

interface ImportFlags extends ChangeFlags {
  readonly fromTable?: string;
}

/** Records what another tool has applied. */
export const importFrom: Action<ImportFlags> = (flags, terminal, tool = '') => {
  const { fromTable: table } = flags;
  return makeChange(flags, terminal, {
    make: (migrator, options) =>
      // The use case rejects an unknown tool and lists the known ones.
      migrator.importFrom(tool as ForeignTool, { ...options, ...(table !== undefined && { table }) }),
    describe: ({ recorded, unmatched }, isDone) =>
      recorded.length === 0
        ? []
        : [
            `${isDone ? 'Recorded' : 'record'} ${count(recorded.length, 'migration')} that ${tool} has applied:`,
            ...recorded.map((file) => `  ${file}`),
            ...unmatched.map(notRecorded),
          ],
    nothing: ({ unmatched }) =>
      [
        `Nothing to import: every migration of ${tool} that matches a file is already recorded.`,
        ...unmatched.map(notRecorded),
      ].join('\n'),
    toJson: (report) => ({ ...report }),
  });
};

function notRecorded(name: string): string {
  return `  ${name}: not recorded, because no file or more than one file matches it`;
}
