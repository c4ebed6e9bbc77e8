/** The number of insertions, deletions, substitutions and adjacent swaps between two words (Damerau-Levenshtein). */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const at = (di: number, dj: number): number => (di === 0 ? row : (rows[i - di] as number[]))[j - dj] as number;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(at(0, 1) + 1, at(1, 0) + 1, at(1, 1) + same, swapped ? at(2, 2) + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] as number;
}
