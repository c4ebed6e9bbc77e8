/** The message of an error up to its first empty line. NestJS adds pages of advice after that. */
export function messageOfError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n\n')[0]?.trim() ?? '';
}
