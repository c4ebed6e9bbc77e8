import { list } from '../../../core/errors/wording.js';
import { isAtLeast } from '../../../core/status/policy.js';
import type { VerifyReport } from '../../../migrator/use-cases/catalog/verify.js';
import { EXIT } from '../../process/exit-codes.js';
import type { VerifyFlags } from '../../process/flags.js';
import { findingText, findingToJson } from '../../render/in-commands.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { withEmbeddedServer } from './embedded-server.js';
import { reading } from '../with-migrator.js';

/** Compares the database with the result of applying its migrations to an empty one. */
export const verify: Action<VerifyFlags> = (flags, { out, typed }) =>
  reading(flags, async (migrator, { policy }) => {
    const { skip = [], extension: extensions = [], diff = false } = flags;
    const given = flags.server ?? (process.env['VERIFY_SERVER_URL'] || undefined);
    const verifyOn = (server: string | undefined): Promise<VerifyReport> =>
      migrator.verify({ server, skip, extensions, diff });
    const report = await (given === 'embedded' ? withEmbeddedServer(verifyOn) : verifyOn(given));
    const { findings } = report;
    if (flags.json) out(jsonText({ ...report, findings: findings.map(findingToJson(typed)) }));
    else out([...findings.map(findingText(typed)), ...summary(report)].join('\n'));
    return findings.some((each) => isAtLeast('warn', policy, each)) ? EXIT.drift : EXIT.ok;
  });

function summary({ findings, applied, leftOut, withoutFile }: VerifyReport): string[] {
  const verdict = findings.length === 0 ? 'The database matches its migrations' : '';
  return [
    verdict,
    `Applied to a scratch database: ${list(applied)}`,
    leftOut.length > 0 ? `Left out: ${list(leftOut)}` : '',
    withoutFile.length > 0 ? `Applied in the database, but without a file: ${list(withoutFile)}` : '',
  ].filter(Boolean);
}
