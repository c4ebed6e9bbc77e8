import type { MigrationFile } from '../files/migration-file.js';
import { expectedFingerprint, fingerprintOf } from '../fingerprint.js';
import { findNode } from '../machine.js';
import { measureCommand, measureHealth, measureInProcess } from '../measurement.js';
import type { Job, Tool } from '../tool.js';
import { once } from './once.js';
import { Site } from './site.js';
import type { Bench, Workload } from './workload.js';

type LaterRun = Omit<Workload, 'prepare'> & {
  readonly files: readonly MigrationFile[];
};

/** A run after all files were applied. */
export function noOp({ files, ...workload }: LaterRun, measure = measureInProcess): Workload {
  const expected = once(expectedFingerprint);
  return {
    ...workload,
    prepare: async (bench, tool) => {
      const fingerprint = await expected(bench.server, files);
      const { site, job } = await applied(bench, tool, files);
      await site.verify(job.connectionString, files.length, fingerprint);
      return {
        measure: async () => {
          const measurement = await measure(tool, bench.node, job);
          await site.verify(job.connectionString, files.length, fingerprint);
          return measurement;
        },
        remove: () => site.remove(),
      };
    },
  };
}

/** A health check of a directory that is applied, after others. */
export function healthCheck(options: LaterRun): Workload {
  return noOp(options, measureHealth);
}

/**
 * The command line on a directory that is applied.
 *
 * @param nodeMajor version of Node, brought by npx. Default: the one that runs the other workloads.
 */
export function noOpCommand({ nodeMajor, ...options }: LaterRun & { readonly nodeMajor?: string }): Workload {
  const findOnce = once(findNode);
  return noOp(options, (tool, node, job) =>
    measureCommand(tool, nodeMajor === undefined ? node : findOnce(nodeMajor), job),
  );
}

/** A run after all files were applied and one was added. The directory grows by one with each measurement. */
export function oneNew({
  files,
  added,
  ...workload
}: LaterRun & { readonly added: (number: number) => MigrationFile }): Workload {
  return {
    ...workload,
    prepare: async (bench, tool) => {
      const { site, job } = await applied(bench, tool, files);
      const all = [...files];
      return {
        measure: async () => {
          const before = await fingerprintOf(job.connectionString);
          all.push(added(all.length + 1));
          site.write(all);
          await bench.server.settle();
          const measurement = await measureInProcess(tool, bench.node, job);
          const after = await fingerprintOf(job.connectionString);
          if (after === before) throw new Error(`${tool.name} did not run the new file.`);
          await site.verify(job.connectionString, all.length, after);
          return measurement;
        },
        remove: () => site.remove(),
      };
    },
  };
}

async function applied(
  { node, server }: Bench,
  tool: Tool,
  files: readonly MigrationFile[],
): Promise<{ site: Site; job: Job }> {
  const site = await Site.make(tool, files);
  const job = await site.freshJob(server);
  await server.prepare(job.connectionString, () => measureInProcess(tool, node, job));
  return { site, job };
}
