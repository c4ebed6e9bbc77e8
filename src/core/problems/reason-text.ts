/** A part of a sentence; a function if it needs the value that the reason is about. */
export type ReasonText = string | ((value: string) => string);

/** The text for a code; empty if the table does not have the code. */
export function reasonText(
  texts: Readonly<Record<string, ReasonText>>,
  code: string | undefined,
  value: string = '',
): string {
  const text = code === undefined ? undefined : texts[code];
  return typeof text === 'function' ? text(value) : (text ?? '');
}
