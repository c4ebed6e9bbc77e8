// The measured process: checks the health of an applied directory again and again, as an orchestrator does.
const [, , adapter, job] = process.argv;
const { openHealth } = await import(adapter);
const { check, close } = await openHealth(JSON.parse(job));

const CHECKS = 200;
// The first one reads every file; those after it compile the code.
for (let i = 0; i < CHECKS; i++) await check();

const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
for (let i = 0; i < CHECKS; i++) await check();
const ms = (performance.now() - startedAt) / CHECKS;
const { user, system } = process.cpuUsage(cpuBefore);
await close();

const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const measurement = {
  ms,
  runCpuMs: (user + system) / 1000 / CHECKS,
  cpuMs: (userCPUTime + systemCPUTime) / 1000,
  peakMb: maxRSS / 1024,
};
process.stdout.write(`\nMEASURED ${JSON.stringify(measurement)}\n`);
