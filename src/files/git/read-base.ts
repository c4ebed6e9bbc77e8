import { Migration } from '../../core/migration/migration.js';
import type { BaseFile } from '../../core/migration/compare-with-base.js';
import { decodeText } from '../decode.js';
import { isNested, roleOf, type DirectoryRules } from '../rules.js';
import { findCommits } from './find-commits.js';
import { git } from './run-git.js';

/** What git has recorded about the migrations of a directory. */
export interface Base {
  /** The commit that the branch is to be merged into. */
  readonly tipCommit: string;
  /** The merge base of that commit and the current branch. */
  readonly forkCommit: string;
  /** The migrations in each commit. */
  readonly tip: readonly BaseFile[];
  readonly fork: readonly BaseFile[];
  /** Paths of the files that git currently tracks, relative to the directory. */
  readonly tracked: ReadonlySet<string>;
}

/**
 * Reads the migrations of a directory at the merge base of the current branch and its base, and at the tip of that
 * base.
 *
 * @param directory absolute.
 * @param ref a branch, a tag or a commit.
 * @throws GitError
 */
export async function readBase(directory: string, ref: string, rules: DirectoryRules): Promise<Base> {
  const { tipCommit, forkCommit, prefix } = await findCommits(directory, ref);
  const tip = await listTree(directory, tipCommit, prefix, rules);
  const fork = tipCommit === forkCommit ? tip : await listTree(directory, forkCommit, prefix, rules);
  const contents = await readBlobs(directory, [...tip, ...fork]);
  const read = (entries: readonly TreeEntry[]): BaseFile[] =>
    entries.map(({ file, blob }) => ({ file, migration: migrationOf(file, blob, contents) }));
  const tipFiles = read(tip);
  const tracked = namesIn(await git(directory, ['ls-files', '-z']));
  return {
    tipCommit,
    forkCommit,
    tip: tipFiles,
    fork: fork === tip ? tipFiles : read(fork),
    tracked: new Set(tracked.map((name) => name.normalize('NFC'))),
  };
}

interface TreeEntry {
  /** Relative to the directory, as `MigrationDirectory` reports it. */
  readonly file: string;
  /** Undefined for a symbolic link. */
  readonly blob: string | undefined;
}

const LINK = '120000';

async function listTree(
  directory: string,
  commit: string,
  prefix: string,
  rules: DirectoryRules,
): Promise<readonly TreeEntry[]> {
  const listed = await git(directory, [
    'ls-tree',
    '-r',
    '-z',
    '--full-tree',
    commit,
    '--',
    ...(prefix ? [prefix] : []),
  ]);
  return namesIn(listed).flatMap((line) => {
    const [, mode = '', type = '', object = '', place = ''] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? [];
    const file = place.slice(prefix.length).normalize('NFC');
    const isRead = type === 'blob' && (isNested(rules) || !file.includes('/')) && roleOf(file, rules) === 'migration';
    return isRead ? [{ file, blob: mode === LINK ? undefined : object }] : [];
  });
}

function namesIn(output: Buffer): string[] {
  return output.toString().split('\0').filter(Boolean);
}

/** Reads all blobs with one git process. */
async function readBlobs(directory: string, entries: readonly TreeEntry[]): Promise<ReadonlyMap<string, Buffer>> {
  const wanted = new Set(entries.flatMap(({ blob }) => blob ?? []));
  const contents = new Map<string, Buffer>();
  if (wanted.size === 0) return contents;
  const output = await git(directory, ['cat-file', '--batch'], [...wanted].map((blob) => `${blob}\n`).join(''));
  for (let at = 0; at < output.length;) {
    const lineEnd = output.indexOf('\n', at);
    const [blob = '', , size = ''] = output.toString('latin1', at, lineEnd).split(' ');
    const end = lineEnd + 1 + Number(size);
    contents.set(blob, output.subarray(lineEnd + 1, end));
    at = end + 1;
  }
  return contents;
}

function migrationOf(
  file: string,
  blob: string | undefined,
  contents: ReadonlyMap<string, Buffer>,
): Migration | undefined {
  const bytes = blob === undefined ? undefined : contents.get(blob);
  const text = bytes && decodeText(bytes);
  return typeof text === 'string' ? new Migration(file, text) : undefined;
}
