import { renderFinding } from '../../../core/errors/finding.js';
import { isAtLeast } from '../../../core/status/policy.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { findingToJson } from '../../render/error-to-json.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';

/** Shows how files, history and database disagree. */
export const drift: Action<ReadFlags> = (flags, { out }) =>
  reading(flags, async (migrator, { policy }) => {
    const findings = await migrator.drift({ diff: flags.diff === true });
    if (flags.json) out(JSON.stringify({ findings: findings.map(findingToJson) }, null, 2));
    else out(findings.map(renderFinding).join('\n') || 'No drift');
    return findings.some((each) => isAtLeast('warn', policy, each)) ? EXIT.drift : EXIT.ok;
  });
