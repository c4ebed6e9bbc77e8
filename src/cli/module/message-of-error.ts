import { messageOfAny } from '../../core/errors/wording.js';
/** The message of an error up to its first empty line. NestJS adds pages of advice after that. */
export function messageOfError(error: unknown): string {
  return messageOfAny(error).split('\n\n')[0]?.trim() ?? '';
}
