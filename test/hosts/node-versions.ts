import { execFileSync } from 'node:child_process';

const MAJORS = [20, 22, 24];

/** The executable of each version of Node that we support, by its major version. Those of other versions come from npm. */
export function nodeExecutables(): ReadonlyMap<number, string> {
  return new Map(MAJORS.map((major) => [major, executableOf(major)]));
}

function executableOf(major: number): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const print = 'node -p process.execPath';
  return execFileSync('npx', ['--prefer-offline', '-y', '-p', `node@${major}`, '-c', print], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }).trim();
}
