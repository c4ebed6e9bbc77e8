// The measured process: loads a tool, then times one run of it. Plain JavaScript, because a compiler hook would count too.
const [, , adapter, job] = process.argv;
const { load } = await import(adapter);
const migrate = await load();

const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await migrate(JSON.parse(job));
const ms = performance.now() - startedAt;
const inRun = process.cpuUsage(cpuBefore);

// The rest is of the whole process, its start included.
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const measurement = {
  ms,
  runCpuMs: (inRun.user + inRun.system) / 1000,
  cpuMs: (userCPUTime + systemCPUTime) / 1000,
  peakMb: maxRSS / 1024,
};
process.stdout.write(`\nMEASURED ${JSON.stringify(measurement)}\n`);
