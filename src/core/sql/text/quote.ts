/** Always quotes an identifier, so that a name can never be anything but a name. */
export function quoteIdentifier(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}

/** Quotes a value as a string literal that does not depend on `standard_conforming_strings`. */
export function quoteLiteral(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  const doubled = value.replace(/'/g, "''");
  return doubled.includes('\\') ? ` E'${doubled.replace(/\\/g, '\\\\')}'` : `'${doubled}'`;
}

/**
 * Quotes a function body with a dollar tag that cannot end inside it: a body that ends in `$body` would close `$body$`
 * early.
 */
export function quoteBody(body: string): string {
  let tag = '$body$';
  for (let i = 1; `${body}${tag}`.indexOf(tag) < body.length; i++) tag = `$body${i}$`;
  return tag + body + tag;
}
