// A process that migrates tenants with the built package. It prints that it is ready and, once it has read its errand, one
// line for each run of a tenant that begins or ends, and one with the report, or with the reason why it could not begin.
// Then it ends as soon as nothing keeps it alive.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createFleet, MigrationError, RolloutStoppedError } from '../../dist/esm/migrator.js';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const input = createInterface({ input: process.stdin });
say({ type: 'ready' });
const [line] = await once(input, 'line');
input.close();
process.stdin.destroy();

const ENDS = new Set(['run-finished', 'run-failed', 'run-refused', 'run-interrupted']);
const onEvent = ({ type, runId }) => {
  if (type === 'run-started') say({ type, runId });
  if (ENDS.has(type)) say({ type: 'run-ended' });
};
const toSaid = ({ tenants, counts, stopped }) => ({
  type: 'report',
  report: {
    tenants: tenants.map(({ error, ...result }) => ({ ...result, code: error?.code, message: error?.message })),
    counts,
    stoppedBy: stopped?.by,
  },
});
const { errand, isOverPgBoss, options } = JSON.parse(line);
const engine = isOverPgBoss && (await import('../../dist/esm/pg-boss.js')).pgBoss();
const fleet = createFleet({ ...options, tenants: { ...options.tenants, ...(engine && { engine }) }, onEvent });
const work = errand === 'work' ? fleet.work().then(() => ({ type: 'worked' })) : fleet.migrate().then(toSaid);
const said = await work.catch((error) => {
  if (error instanceof RolloutStoppedError) return toSaid(error.report);
  if (error instanceof MigrationError) return { type: 'not-begun', code: error.code };
  throw error;
});
await fleet.close();
say(said);
