/** Compares this library with other tools: `npm run bench`. Compare within one run; times differ between machines. */
import { writeFileSync } from 'node:fs';
import { circumstances, findNode, nodeVersion } from './machine.js';
import { type BenchOptions, parseOptions, USAGE } from './options.js';
import { writePages } from './pages/write-pages.js';
import { measureInRounds, type Series } from './rounds.js';
import { BenchServer } from './server.js';
import { type Summary, summarize } from './summary.js';
import { renderTools, renderVerdict } from './table.js';
import { loadTools } from './tool.js';
import type { Workload } from './workloads/workload.js';

let options: BenchOptions;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}

const node = findNode(options.node);
const server = await BenchServer.start(options.postgres);
console.log(`PostgreSQL ${server.version}, Node ${nodeVersion(node)}`);

const results: { readonly summary: Summary; readonly series: readonly Series[] }[] = [];
try {
  for (const workload of options.workloads) {
    console.log(`\n${workload.name}: ${workload.title}`);
    const series = await measure(workload);
    const summary = summarize(workload, series);
    results.push({ summary, series });
    console.log(renderTools(summary));
    for (const verdict of summary.targets) console.log(renderVerdict(summary, verdict));
  }
} finally {
  await server.remove();
}
const measuredOn = circumstances(node, server.version, options.rounds);
writeFileSync(options.json, `${JSON.stringify({ circumstances: measuredOn, results }, undefined, 1)}\n`);
if (options.docs)
  await writePages(
    measuredOn,
    results.map(({ summary }) => summary),
  );

async function measure(workload: Workload): Promise<Series[]> {
  const names = workload.tools.filter((name) => options.only?.includes(name) ?? true);
  const loaded = await loadTools(names, options.checkouts);
  const tools = loaded.filter((tool) => {
    const missing = tool.missing?.();
    if (missing !== undefined) console.log(`${tool.name} is left out: ${missing}.`);
    return missing === undefined;
  });
  return measureInRounds({ server, node }, workload, tools, options.rounds);
}
