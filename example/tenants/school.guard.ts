import { BadRequestException, Injectable, type ExecutionContext } from '@nestjs/common';
import { TenantMigratedGuard } from 'nestjs-pg-migrations';

/** Answers 503 for a school that lacks migrations of this release, and 404 for one that does not exist. */
@Injectable()
export class SchoolGuard extends TenantMigratedGuard {
  protected tenantOf(context: ExecutionContext): string {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    const school = headers['x-school'];
    if (school === undefined) throw new BadRequestException('The header x-school is missing.');
    return school;
  }
}
