/** The `code` of a system or PostgreSQL error. Not `instanceof Error`: in Jest, the error can come from another realm. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
