/** A part of a sentence; a function if it needs the value that the reason is about. */
export type ReasonText = string | ((value: string) => string);

/** The text for a code; the code itself if it is that of another release; empty without a code. */
export function reasonText(
  texts: Readonly<Record<string, ReasonText>>,
  code: string | undefined,
  value: string = '',
): string {
  if (code === undefined) return '';
  const text = Object.hasOwn(texts, code) ? texts[code] : code;
  return typeof text === 'function' ? text(value) : (text ?? '');
}
