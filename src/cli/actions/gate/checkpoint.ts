import { count, list } from '../../../core/errors/wording.js';
import type { CheckpointReport } from '../../../migrator/use-cases/checkpoint/checkpoint.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CheckpointFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { pathsFromHere } from '../../render/lint/report-path.js';
import type { Action } from '../action.js';
import { withEmbeddedServer } from '../reading/embedded-server.js';
import { withMigrator } from '../with-migrator.js';

/** Writes a checkpoint of the shared files or, with `--tenants`, of those of tenants. */
export const checkpoint: Action<CheckpointFlags> = async (flags, { out }, version = '') => {
  const { dryRun = false, json = false } = flags;
  const { report, directory } = await make(flags, version);
  const { sql, ...written } = report;
  const path = pathsFromHere(directory)(report.file);
  const bytes = Buffer.byteLength(sql);
  out(json ? jsonText({ dryRun, path, bytes, ...written }) : describe(report, path, bytes, dryRun));
  return EXIT.ok;
};

interface Made {
  readonly report: CheckpointReport;
  /** The directory of the checkpoint. */
  readonly directory: string;
}

async function make(flags: CheckpointFlags, version: string): Promise<Made> {
  const { extension: extensions = [], pgDump, dryRun = false } = flags;
  const optionsOn = (server: string | undefined) => ({ server, extensions, pgDump, dryRun });
  if (flags.tenants) {
    const { withFleet } = await import('../tenants/with-fleet.js');
    return withFleet(
      flags,
      () => {},
      async ({ fleet, options: { tenants } }) => ({
        report: await onServer(flags, (server) => fleet.checkpoint(version, optionsOn(server))),
        directory: tenants.directory,
      }),
    );
  }
  return withMigrator(
    flags,
    () => {},
    async (migrator, { directory }) => ({
      report: await onServer(flags, (server) => migrator.checkpoint(version, optionsOn(server))),
      directory,
    }),
  );
}

function onServer<T>({ server }: CheckpointFlags, work: (server: string | undefined) => Promise<T>): Promise<T> {
  const given = server ?? (process.env['VERIFY_SERVER_URL'] || undefined);
  return given === 'embedded' ? withEmbeddedServer(work) : work(given);
}

function describe({ replaces, supersedes }: CheckpointReport, path: string, bytes: number, dryRun: boolean): string {
  const what = `${path} (${bytes} bytes), which stands for ${count(replaces.length, 'migration')}`;
  return [
    dryRun ? `Would write ${what}` : `Wrote ${what}`,
    ...(supersedes.length > 0 ? [`It makes these earlier checkpoints unnecessary: ${list(supersedes)}`] : []),
  ].join('\n');
}
