import type { DiffTexts } from '../core/ports/ports.js';

/** Loads the diff library on first use. */
export const unifiedDiff: DiffTexts = async (before, after) => {
  if (before.text === after.text) return '';
  const { createTwoFilesPatch } = await import('diff');
  const patch = createTwoFilesPatch(before.name, after.name, before.text, after.text, before.label, after.label);
  return patch.slice(patch.indexOf('--- '));
};
