import type { BigIntStats, Dirent } from 'node:fs';
import path from 'node:path';
import type { Disk } from './disk.js';
import { inBatches } from './in-batches.js';

/** A directory and its subfolders, with the stats of each, and all their entries. */
export interface Listing {
  readonly folders: readonly { readonly place: string; readonly stats: BigIntStats }[];
  readonly entries: readonly Dirent[];
}

/**
 * Lists a directory. The stats of a folder are taken before it is listed, so that they predate any change that the
 * listing misses.
 *
 * @param nested true to list subfolders too, except hidden ones, which contain no migrations.
 * @throws the system's error
 */
export async function walk(directory: string, nested: boolean, disk: Disk): Promise<Listing> {
  const folders: Listing['folders'][number][] = [];
  const entries: Dirent[] = [];
  for (let level = [directory]; level.length > 0;) {
    const listed = await inBatches(level, async (place) => {
      const stats = await disk.stat(place);
      return { place, stats, inside: await disk.readdir(place, false) };
    });
    for (const { place, stats, inside } of listed) {
      folders.push({ place, stats });
      for (const entry of inside) entries.push(entry);
    }
    level = nested ? listed.flatMap(({ place, inside }) => subfolders(place, inside)) : [];
  }
  return { folders, entries };
}

function subfolders(place: string, inside: readonly Dirent[]): string[] {
  const visible = inside.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return visible.map(({ name }) => path.join(place, name));
}
