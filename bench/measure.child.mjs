// The measured process: loads a tool, then times one run of it. Plain JavaScript, because a compiler hook would count too.
const [, , adapter, job] = process.argv;
const { load } = await import(adapter);
const migrate = await load();

const startedAt = performance.now();
await migrate(JSON.parse(job));
const ms = performance.now() - startedAt;

// Of the whole process, its start included.
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  `\nMEASURED ${JSON.stringify({ ms, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: maxRSS / 1024 })}\n`,
);
