const BEGIN = '<!-- measured: written by npm run bench -- --docs -->';
const END = '<!-- /measured -->';

/** A document in which everything between the markers is replaced. @throws Error if it has no markers */
export function withMeasured(document: string, measured: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the document has lost its markers: ${BEGIN} and ${END}`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${measured}\n\n${document.slice(end)}`;
}
