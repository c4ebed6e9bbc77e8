import Table from 'cli-table3';

/** A table for people. @param colAligns @default all columns to the left */
export function tableOf(
  head: string[],
  rows: readonly (string | number)[][],
  colAligns: Table.HorizontalAlignment[] = [],
): string {
  const table = new Table({ head, style: { head: [], border: [] }, colAligns });
  for (const row of rows) table.push(row);
  return table.toString();
}

/** A time for people, in UTC to the second; empty if it is not known. */
export function utc(at: Date | null): string {
  return at?.toISOString().replace('T', ' ').slice(0, 19) ?? '';
}
