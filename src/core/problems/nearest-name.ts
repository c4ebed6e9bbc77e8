import { editDistance } from './edit-distance.js';

/** The known name that was probably meant by a mistyped one, if there is any. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(typed.length, name.length) * MOST_EDITS)
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? known.find((name) => abbreviates(typed, name) || abbreviates(name, typed));
}

/** How much of a name may be mistyped. */
const MOST_EDITS = 0.4;
const SHORTEST_ABBREVIATION = 3;

function abbreviates(short: string, long: string): boolean {
  return short.length >= SHORTEST_ABBREVIATION && long.toLowerCase().startsWith(short.toLowerCase());
}
