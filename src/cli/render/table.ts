import Table from 'cli-table3';

/** How a table is laid out. */
export interface TableLayout {
  /** Width of the terminal; undefined for no limit. */
  readonly columns: number | undefined;
  /** @default all columns left-aligned */
  readonly colAligns?: Table.HorizontalAlignment[];
}

type Row = readonly (string | number)[];

/** Stands for a space at which a line must not be broken. No name contains a private-use character. */
const GLUE = '\uE000';

/** The name of a file, for a table: it stays on one line, even with spaces in it. */
export function unbroken(name: string): string {
  return name.replaceAll(' ', GLUE);
}

/**
 * Renders a text table that fits the terminal. It breaks lines only between words, so that names can be copied; a name
 * with spaces must be {@link unbroken}. If that is not enough, each row becomes a list of its values.
 */
export function tableOf(head: readonly string[], rows: readonly Row[], layout: TableLayout): string {
  return fitted(head, rows, layout).replaceAll(GLUE, ' ');
}

function fitted(head: readonly string[], rows: readonly Row[], { columns, colAligns = [] }: TableLayout): string {
  const whole = draw(head, rows, { colAligns });
  const widths = widthsIn(whole);
  if (columns === undefined || totalOf(widths) <= columns) return whole;
  const least = widthsIn(
    draw(
      head.map(onePerLine),
      rows.map((row) => row.map(onePerLine)),
      {},
    ),
  );
  const colWidths = narrowed(widths, least, columns);
  return colWidths ? draw(head, rows, { colAligns, colWidths, wordWrap: true }) : recordsOf(head, rows);
}

function draw(head: readonly string[], rows: readonly Row[], options: Table.TableConstructorOptions): string {
  const table = new Table({ ...options, head: [...head], style: { head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** The widths of the columns, read from the upper border. */
function widthsIn(table: string): number[] {
  const [border = ''] = table.split('\n');
  return border
    .slice(1, -1)
    .split('┬')
    .map(({ length }) => length);
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width + 1, 1);
}

function onePerLine(cell: string | number): string {
  return String(cell).replaceAll(' ', '\n');
}

/** Takes width from the widest columns; undefined if their words do not fit. */
function narrowed(natural: readonly number[], least: readonly number[], columns: number): number[] | undefined {
  const widths = [...natural];
  for (let excess = totalOf(widths) - columns; excess > 0; excess--) {
    const spare = widths.map((width, i) => (width > (least[i] ?? width) ? width : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if (!spare[widest]) return undefined;
    widths[widest] = spare[widest] - 1;
  }
  return widths;
}

/** Rows as blocks of lines, without empty cells. The terminal breaks a line that is too long. */
function recordsOf(head: readonly string[], rows: readonly Row[]): string {
  const width = Math.max(...head.map(({ length }) => length)) + 2;
  const blocks = rows.map((row) =>
    row.flatMap((cell, i) =>
      cell === '' ? [] : [`${(head[i] ?? '').padEnd(width)}${String(cell).replaceAll('\n', `\n${' '.repeat(width)}`)}`],
    ),
  );
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Formats a time in UTC to the second; empty if it is unknown. */
export function utc(at: Date | null): string {
  return at?.toISOString().replace('T', ' ').slice(0, 19) ?? '';
}
