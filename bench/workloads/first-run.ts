import { startProxy } from '../../tools/proxy/proxy.js';
import type { MigrationFile } from '../files/migration-file.js';
import { expectedFingerprint } from '../fingerprint.js';
import { type Measurement, measureInProcess } from '../measurement.js';
import { once } from './once.js';
import { Site } from './site.js';
import type { Workload } from './workload.js';

type FirstRun = Omit<Workload, 'prepare'> & {
  readonly files: readonly MigrationFile[];
  /** Round trip of the network in between, in ms. Default: no network. */
  readonly roundTripMs?: number;
};

/** Every file on an empty database, each time a new one. */
export function firstRun({ files, roundTripMs, ...workload }: FirstRun): Workload {
  const expected = once(expectedFingerprint);
  return {
    ...workload,
    prepare: async ({ server, node }, tool) => {
      const fingerprint = await expected(server, files);
      const site = await Site.make(tool, files);
      return {
        measure: async () => {
          const job = await site.freshJob(server);
          await server.settle();
          const measurement = await throughNetwork(job.connectionString, roundTripMs, (connectionString) =>
            measureInProcess(tool, node, { ...job, connectionString }),
          );
          await site.verify(job.connectionString, files.length, fingerprint);
          await server.dropDatabase(job.connectionString);
          return measurement;
        },
        remove: () => site.remove(),
      };
    },
  };
}

async function throughNetwork(
  connectionString: string,
  roundTripMs: number | undefined,
  measure: (connectionString: string) => Promise<Measurement>,
): Promise<Measurement> {
  if (roundTripMs === undefined) return measure(connectionString);
  const proxy = await startProxy(connectionString, { roundTripMs });
  try {
    return { ...(await measure(proxy.connectionString)), traffic: proxy.traffic() };
  } finally {
    await proxy.close();
  }
}
