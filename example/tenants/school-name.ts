import { BadRequestException } from '@nestjs/common';

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** The name of a school in a request. @throws BadRequestException */
export function schoolName(given: unknown): string {
  if (typeof given === 'string' && NAME.test(given)) return given;
  throw new BadRequestException('The name of a school consists of 1 to 40 lower-case letters, digits and "-".');
}

/** The schema of a school. Two schools never have the same. */
export function schemaOf(school: string): string {
  return `school_${school.replaceAll('-', '_')}`;
}
