import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Traffic } from '../tools/proxy/traffic.js';
import type { Job, Tool } from './tool.js';

/** What one fresh process took. */
export interface Measurement {
  /** From after the imports to the end of the run; for a command, from its start to its end. */
  readonly ms: number;
  /** User and system time during `ms`. Unknown for other programs than Node. */
  readonly runCpuMs?: number;
  /** User and system time of the whole process. Unknown for other programs than Node. */
  readonly cpuMs?: number;
  /** Its highest resident memory. Unknown for other programs than Node. */
  readonly peakMb?: number;
  /** What passed through the proxy, where there was one. */
  readonly traffic?: Traffic;
}

const CHILD = fileURLToPath(new URL('measure.child.mjs', import.meta.url));
const HEALTH_CHILD = fileURLToPath(new URL('measure-health.child.mjs', import.meta.url));
const PATIENCE_MS = 3_600_000;

/** Runs a tool in a process of its own. @throws with its output if it fails */
export function measureInProcess(tool: Tool, node: string, job: Job): Promise<Measurement> {
  return measureIn(CHILD, tool, node, job);
}

/** Measures one of many health checks in a process of its own. @throws with its output if it fails */
export function measureHealth(tool: Tool, node: string, job: Job): Promise<Measurement> {
  return measureIn(HEALTH_CHILD, tool, node, job);
}

async function measureIn(child: string, tool: Tool, node: string, job: Job): Promise<Measurement> {
  const measured = await runMeasured(node, [child, tool.adapterUrl, JSON.stringify(job)], tool.env);
  const { ms, ...usage } = measured as Measurement;
  return { ms, ...(!tool.external && usage) };
}

/** Runs a process that measures itself. @returns what it measured. @throws with its output if it fails */
export async function runMeasured(
  node: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { stdout } = await run(node, args, env);
  const measured = /^MEASURED (.*)$/m.exec(stdout)?.[1];
  if (measured === undefined) throw new Error(`${args.join(' ')} ended without a measurement:\n${stdout}`);
  return JSON.parse(measured);
}

/** Runs a tool's own command, and times the process from outside. @throws with its output if it fails */
export async function measureCommand(tool: Tool, node: string, job: Job): Promise<Measurement> {
  const command = tool.command?.(job);
  if (!command) throw new Error(`${tool.name} has no command`);
  const { ms } = await run(command.program ?? node, command.args, { ...tool.env, ...command.env });
  return { ms };
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ stdout: string; ms: number }> {
  const startedAt = performance.now();
  const child = spawn(program, args, { env: { ...process.env, NODE_OPTIONS: '', ...env }, timeout: PATIENCE_MS });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const { code, ms } = await new Promise<{ code: number | null; ms: number }>((resolve, reject) => {
    let endedAt = 0;
    child.once('error', reject);
    child.once('exit', () => (endedAt = performance.now()));
    child.once('close', (exitCode) => resolve({ code: exitCode, ms: endedAt - startedAt }));
  });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return { stdout, ms };
}
