/**
 * A fleet of processes at once, rollouts over many tenants, processes that check for drift, and kills at random moments, each followed by a run that
 * must end clean. What is proven and how to read the results: docs/reliability.md. On request, random changes of a
 * schema, each of which must be found.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hydrateSymlinks } from '../src/testing/embedded/binaries/installed-binaries.js';
import { testedBinaries } from '../test/support/server/tested-binaries.js';
import { readArguments, USAGE } from './arguments.js';
import { runCatalog } from './catalog/run-catalog.js';
import { playKills } from './kills.js';
import { runMonitors } from './monitors/run-monitors.js';
import {
  describeFailure,
  endsTable,
  fleetTable,
  killsTable,
  monitorsTable,
  tenantsTable,
  workersTable,
} from './report.js';
import { runFleets } from './run-fleets.js';
import { runTenants, runWorkers } from './tenants/run-tenants.js';

if (parseArgs({ strict: false, options: { help: { type: 'boolean' } } }).values['help']) {
  console.log(USAGE);
  process.exit();
}
const { seed, kills, minutes, only, part } = readArguments(process.argv.slice(2));
const startedAt = Date.now();
const untilMs = startedAt + minutes * 60_000;
const failures: string[] = [];
await hydrateSymlinks(testedBinaries());
const postgres = execFileSync(join(testedBinaries(), 'bin', 'postgres'), ['--version'], { encoding: 'utf8' });
console.log(`seed ${seed}, Node ${process.version}, ${postgres.trim()}`);

if (part === 'catalog') failures.push(...(await runCatalog(seed)));

if (part === 'all' || part === 'fleet') {
  const reports = await runFleets();
  console.log(`\n${fleetTable(reports)}`);
  for (const [name, { problems }] of reports) failures.push(...problems.map((problem) => `fleet, ${name}: ${problem}`));
}

if (part === 'all' || part === 'tenants') {
  const report = await runTenants(seed);
  console.log(`\n${tenantsTable(report)}`);
  failures.push(...report.problems.map((problem) => `tenants: ${problem}`));
}

if (part === 'all' || part === 'workers') {
  const report = await runWorkers(seed);
  console.log(`\n${workersTable(report)}`);
  failures.push(...report.problems.map((problem) => `workers: ${problem}`));
}

if (part === 'all' || part === 'monitors') {
  const report = await runMonitors(seed);
  console.log(`\n${monitorsTable(report)}`);
  failures.push(...report.problems.map((problem) => `monitors: ${problem}`));
}

if (part === 'all' || part === 'kills') {
  const total = only === undefined ? kills : 1;
  const results = await playKills({
    seed,
    kills,
    untilMs,
    ...(only !== undefined && { only }),
    tell: (result, played) => {
      if (result.problems.length > 0) console.log(describeFailure(seed, result));

      if (played % 25 === 0)
        console.log(`${played} of ${total} rounds, ${Math.round((Date.now() - startedAt) / 1_000)} s`);
    },
  });
  console.log(`\n${killsTable(results)}\n\n${endsTable(results)}`);
  if (results.length < total)
    failures.push(`the time was over after ${results.length} of ${total} rounds: give it more with --minutes`);
  failures.push(...results.filter(({ problems }) => problems.length > 0).map((each) => describeFailure(seed, each)));
}

const seconds = Math.round((Date.now() - startedAt) / 1_000);
console.log(`\n${failures.length === 0 ? 'All was right' : `${failures.length} failures`}, ${seconds} s, seed ${seed}`);
if (failures.length > 0) {
  console.log(failures.join('\n'));
  process.exitCode = 1;
}
