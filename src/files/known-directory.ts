import type { Dirent } from 'node:fs';
import type { MigrationSet } from '../core/migration/migration-set.js';
import type { Disk } from './disk.js';
import type { Examiner, Found } from './examine.js';
import { inBatches } from './in-batches.js';
import { directoryError, isSame, setOf } from './results.js';
import { look, type Moment, type Sighting } from './sighting.js';
import { walk } from './walk.js';

/** How many entries one refresh checks. */
export const LOOKS = 16;
/** How many folders it checks: the directory itself and the first ones in it. */
export const FOLDER_LOOKS = 4;
/** How many files one refresh reads again because their timestamps are too new to prove anything. */
const READS = 8;

/** An entry of the directory, as it was when it was last examined. */
interface Known {
  readonly entry: Dirent;
  /** Taken before the entry was examined; undefined if that failed. */
  readonly sighting: Sighting | undefined;
  readonly found: Found;
}

/** Why an entry is checked: it is its turn, its timestamps prove nothing, or a folder has changed. */
type Reason = 'turn' | 'unsettled' | 'folder';

/**
 * A cache of a directory, for a process that reads it often. If the timestamps of a folder have changed, the directory
 * is listed again and every entry is checked. Otherwise the entries take turns, so that a refresh costs the same
 * however many there are. After each round the directory is listed too, because not every file system maintains the
 * timestamps of folders. A file is read only if its timestamps have changed or prove nothing.
 */
export class KnownDirectory {
  /** By path, in the order of the listing. */
  private entries = new Map<string, Known>();
  /** By path. Empty until the directory has been listed, and after listing it has failed. */
  private folders: ReadonlyMap<string, Sighting> = new Map();
  /** Paths of entries whose timestamps prove nothing. */
  private readonly unsettled = new Set<string>();
  /** Paths of entries whose turn is still to come. */
  private waiting: string[] = [];
  private set: MigrationSet | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly examiner: Examiner,
    private readonly disk: Disk,
    private readonly clock: () => Moment = () => ({ steadyMs: performance.now(), wallMs: Date.now() }),
  ) {}

  /** Returns the same set while nothing has changed. Refreshes run one after another. @throws DirectoryError */
  refresh(): Promise<MigrationSet> {
    const refreshed = this.last.then(() => this.refreshNow());
    this.last = refreshed.catch(() => {});
    return refreshed;
  }

  private async refreshNow(): Promise<MigrationSet> {
    const now = this.clock();
    const turn = this.waiting.splice(0, LOOKS);
    const hasChanged = await this.haveFoldersChanged(now);
    await this.examineAgain([...this.unsettled].slice(0, READS), 'unsettled', now);
    if (!hasChanged) await this.examineAgain(turn, 'turn', now);
    if (hasChanged || this.waiting.length === 0) await this.list(now, hasChanged);
    return (this.set ??= setOf(
      this.examiner.location,
      Array.from(this.entries.values(), ({ found }) => found),
    ));
  }

  private async haveFoldersChanged(now: Moment): Promise<boolean> {
    if (this.folders.size === 0) return true;
    const folders = [...this.folders].slice(0, FOLDER_LOOKS);
    const changes = await inBatches(folders, async ([place, known]) => {
      return !known.isSettled || known.signature !== (await this.look(place, now, known, true))?.signature;
    });
    return changes.includes(true);
  }

  private async examineAgain(places: readonly string[], reason: Reason, now: Moment): Promise<void> {
    await inBatches(places, async (place) => {
      const known = this.entries.get(place);
      const examined = known && (await this.examine(known.entry, known, reason, now));
      if (examined === undefined || examined === known) return;
      this.entries.set(place, examined);
      this.note(place, known, examined);
    });
  }

  /** @param looksAtAll true to check every entry, not only new ones. */
  private async list(now: Moment, looksAtAll: boolean): Promise<void> {
    const { location, nested } = this.examiner;
    const known = this.folders;
    const isFirst = known.size === 0;
    this.folders = new Map();
    const { folders, entries } = await walk(location, nested, this.disk).catch((error: unknown) => {
      throw directoryError(this.examiner, error);
    });
    const seen = new Map(folders.map(({ place, stats }) => [place, look(stats, now, known.get(place), !isFirst)]));
    const hasChanged = [...seen].some(([place, { signature }]) => known.get(place)?.signature !== signature);
    await this.replaceEntries(entries, looksAtAll || hasChanged, now, isFirst);
    this.folders = seen;
    this.waiting = [...this.entries.keys()];
  }

  private async replaceEntries(
    listed: readonly Dirent[],
    looksAtAll: boolean,
    now: Moment,
    isFirst: boolean,
  ): Promise<void> {
    const before = this.entries;
    const places: string[] = [];
    const toExamine: { place: string; entry: Dirent; known: Known | undefined }[] = [];
    for (const entry of listed) {
      const place = this.examiner.placeOf(entry);
      const one = before.get(place);
      const known = one && kindOf(one.entry) === kindOf(entry) ? one : undefined;
      if (!known && this.examiner.ignores(entry)) continue;
      places.push(place);
      if (!known || looksAtAll) toExamine.push({ place, entry, known });
    }
    const examined = new Map<string, Known>();
    await inBatches(toExamine, async ({ place, entry, known }) => {
      examined.set(place, await this.examine(entry, known, 'folder', now, isFirst));
    });
    this.entries = new Map(places.map((place) => [place, examined.get(place) ?? (before.get(place) as Known)]));
    for (const [place, known] of examined) this.note(place, before.get(place), known);
    for (const place of before.keys()) if (!this.entries.has(place)) this.note(place, before.get(place), undefined);
  }

  /** Updates the state that depends on an entry after it has changed. */
  private note(place: string, before: Known | undefined, now: Known | undefined): void {
    if (before?.found !== now?.found || now === undefined) this.set = undefined;
    if (now?.sighting?.isSettled === false) this.unsettled.add(place);
    else this.unsettled.delete(place);
  }

  /** @param isFirst true when the directory is listed for the first time. */
  private async examine(
    entry: Dirent,
    known: Known | undefined,
    reason: Reason,
    now: Moment,
    isFirst = false,
  ): Promise<Known> {
    const sighting = await this.look(this.examiner.placeOf(entry), now, known?.sighting, !isFirst);
    if (known && isUpToDate(known, sighting, reason)) return known;
    const found = await this.examiner.examine(entry, this.disk);
    return { entry, sighting, found: known && isSame(known.found, found) ? known.found : found };
  }

  private async look(
    place: string,
    now: Moment,
    before: Sighting | undefined,
    isNew: boolean,
  ): Promise<Sighting | undefined> {
    try {
      return look(await this.disk.stat(place), now, before, isNew);
    } catch {
      return undefined;
    }
  }
}

function isUpToDate(known: Known, sighting: Sighting | undefined, reason: Reason): boolean {
  if (sighting === undefined || sighting.signature !== known.sighting?.signature) return false;
  if (reason === 'unsettled') return known.sighting.isSettled;
  return reason === 'turn' || known.entry.isFile(); // a link may point elsewhere now
}

function kindOf(entry: Dirent): string {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other';
}
