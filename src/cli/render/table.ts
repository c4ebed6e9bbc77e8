import Table from 'cli-table3';

/** Renders a text table. @param colAligns @default all columns left-aligned */
export function tableOf(
  head: string[],
  rows: readonly (string | number)[][],
  colAligns: Table.HorizontalAlignment[] = [],
): string {
  const table = new Table({ head, style: { head: [], border: [] }, colAligns });
  for (const row of rows) table.push(row);
  return table.toString();
}

/** Formats a time in UTC to the second; empty if it is unknown. */
export function utc(at: Date | null): string {
  return at?.toISOString().replace('T', ' ').slice(0, 19) ?? '';
}
