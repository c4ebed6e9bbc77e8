import { isAtLeast } from '../../../core/status/policy.js';
import type { DriftReadOptions } from '../../../migrator/use-cases/catalog/drift.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { findingText, findingToJson } from '../../render/in-commands.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { assertRecorded, exitCodeForSchema } from './schema-check.js';
import { reading } from '../with-migrator.js';

/** Shows how files, history and database disagree. */
export const drift: Action<ReadFlags> = (flags, { out, typed }) =>
  reading(flags, async (migrator, { policy, catalog }) => {
    if (flags.schema) assertRecorded(catalog);
    const findings = await migrator.drift({ diff: flags.diff === true, only: onlyOf(flags) });
    if (flags.json) out(jsonText({ findings: findings.map(findingToJson(typed)) }));
    else out(findings.map(findingText(typed)).join('\n') || 'No drift');
    const exitCode = findings.some((each) => isAtLeast('warn', policy, each)) ? EXIT.drift : EXIT.ok;
    return flags.schema ? exitCodeForSchema(exitCode, findings) : exitCode;
  });

/** Both flags together are the same as none. */
export function onlyOf({ files, schema }: ReadFlags): DriftReadOptions['only'] {
  if (files === schema) return undefined;
  return files ? 'files' : 'schema';
}
