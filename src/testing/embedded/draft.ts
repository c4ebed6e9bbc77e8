import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './postmaster-pid.js';

/** Drafts that this process is working on. */
const drafts = new Set<string>();

/**
 * Lends a directory next to `target`, where something can be built and then renamed to `target`. So the target is at
 * all times either missing or complete, whenever the process is killed; drafts of killed processes are cleared here.
 */
export async function withDraft(target: string, work: (draft: string) => Promise<void>): Promise<void> {
  await removeAbandonedDrafts(target);
  const draft = `${target}.draft-${process.pid}-${randomBytes(3).toString('hex')}`;
  drafts.add(draft);
  try {
    await mkdir(draft, { mode: 0o700 });
    await work(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
    drafts.delete(draft);
  }
}

async function removeAbandonedDrafts(target: string): Promise<void> {
  const prefix = `${basename(target)}.draft-`;
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix)) continue;
    const path = join(dirname(target), name);
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    // In a restarted container, the killed process often had the ID that is now ours.
    const inUse = pid === process.pid ? drafts.has(path) : isAlive(pid);
    if (!inUse) await rm(path, { recursive: true, force: true });
  }
}
