import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

const BENCH = new URL('.', import.meta.url);

/** What a run was measured on and when. */
export interface Circumstances {
  readonly date: string;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
  readonly postgres: string;
  readonly rounds: number;
  /** Names and versions of the other tools. */
  readonly peers: readonly string[];
}

export function circumstances(node: string, postgres: string, rounds: number): Circumstances {
  const cores = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform} ${process.arch}`,
    node: nodeVersion(node),
    postgres,
    rounds,
    peers: peerVersions(),
  };
}

export function nodeVersion(node: string): string {
  return output(node, ['--version']);
}

function peerVersions(): string[] {
  const names = Object.keys((JSON.parse(readFileSync(new URL('package.json', BENCH), 'utf8')) as Package).dependencies);
  return names.flatMap((name) => {
    const manifest = new URL(`node_modules/${name}/package.json`, BENCH);
    if (!existsSync(manifest)) return [];
    return [`${name} ${(JSON.parse(readFileSync(manifest, 'utf8')) as Package).version}`];
  });
}

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** @param version of Node, brought by npx; undefined for the running one. @returns the path of the program */
export function findNode(version: string | undefined): string {
  if (version === undefined) return process.execPath;
  return output('npx', ['--yes', '--package', `node@${version}`, 'node', '--print', 'process.execPath']);
}

function output(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`);
  return stdout.trim();
}
