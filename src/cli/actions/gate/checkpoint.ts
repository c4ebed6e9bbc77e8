import { count, list } from '../../../core/errors/wording.js';
import type { CheckpointReport } from '../../../migrator/use-cases/checkpoint/checkpoint.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CheckpointFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { pathsFromHere } from '../../render/lint/report-path.js';
import type { Action } from '../action.js';
import { withEmbeddedServer } from '../reading/embedded-server.js';
import { reading } from '../with-migrator.js';

/** Writes a checkpoint. */
export const checkpoint: Action<CheckpointFlags> = (flags, { out }, version = '') =>
  reading(flags, async (migrator, { directory }) => {
    const { extension: extensions = [], pgDump, dryRun = false, json = false } = flags;
    const given = flags.server ?? (process.env['VERIFY_SERVER_URL'] || undefined);
    const make = (server: string | undefined): Promise<CheckpointReport> =>
      migrator.checkpoint(version, { server, extensions, pgDump, dryRun });
    const report = await (given === 'embedded' ? withEmbeddedServer(make) : make(given));
    const { sql, ...written } = report;
    const path = pathsFromHere(directory)(report.file);
    const bytes = Buffer.byteLength(sql);
    out(json ? jsonText({ dryRun, path, bytes, ...written }) : describe(report, path, bytes, dryRun));
    return EXIT.ok;
  });

function describe({ replaces, supersedes }: CheckpointReport, path: string, bytes: number, dryRun: boolean): string {
  const what = `${path} (${bytes} bytes), which stands for ${count(replaces.length, 'migration')}`;
  return [
    dryRun ? `Would write ${what}` : `Wrote ${what}`,
    ...(supersedes.length > 0 ? [`It makes these earlier checkpoints unnecessary: ${list(supersedes)}`] : []),
  ].join('\n');
}
