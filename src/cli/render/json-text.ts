/** A result as `--json` prints it: one object, indented. */
export function jsonText(value: object): string {
  return JSON.stringify(value, null, 2);
}
