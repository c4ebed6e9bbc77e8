// The measured process: loads a tool, then times one pass over all tenants and samples its own memory meanwhile. The job
// comes in a file, because thousands of tenants are too many for an argument.
import { readFileSync } from 'node:fs';

const SAMPLED_EVERY_MS = 20;
const [, , adapter, jobFile] = process.argv;
const job = JSON.parse(readFileSync(jobFile, 'utf8'));
const { load, unload } = await import(adapter);
const migrate = await load(job);

const samples = [];
const startedAt = performance.now();
const sampler = setInterval(() => {
  samples.push({ ms: performance.now() - startedAt, mb: process.memoryUsage.rss() / 1024 ** 2 });
}, SAMPLED_EVERY_MS);
const cpuBefore = process.cpuUsage();
await migrate(job);
const ms = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpuBefore);
clearInterval(sampler);

const highest = (from, to) =>
  Math.max(0, ...samples.filter((each) => each.ms >= from && each.ms < to).map(({ mb }) => mb));
const measurement = {
  ms,
  cpuMs: (user + system) / 1000,
  // Of the second and the last tenth: in the first one, code is still being loaded.
  earlyMb: highest(ms * 0.1, ms * 0.2),
  lateMb: highest(ms * 0.9, Number.POSITIVE_INFINITY),
  peakMb: process.resourceUsage().maxRSS / 1024,
};
await unload?.();
process.stdout.write(`\nMEASURED ${JSON.stringify(measurement)}\n`);
