/** The known name that a mistyped one most likely stands for, if there is one. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: distanceOf(typed.toLowerCase(), name.toLowerCase()) }))
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

/** How many characters must be inserted, deleted, replaced or swapped with their neighbour. */
function distanceOf(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? (beforeLast[j - 2] ?? 0) + 1 : replaced;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
