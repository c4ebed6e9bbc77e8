import { describe, expect, test } from '@jest/globals';
import { checksHealth, withHealthCheck } from '../../../src/schematics/edit/add-to-health.js';

const controller = (imports: string, parameters: string, checks: string, route = ''): string => `${imports}

@Controller('health')
export class HealthController {
  constructor(${parameters}) {}

  @Get(${route})
  @HealthCheck()
  check() {
    return this.health.check([${checks}]);
  }
}
`;
const IMPORTS = `import { Controller, Get } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
} from '@nestjs/terminus';`;
const INJECTED = 'private readonly health: HealthCheckService';

describe('a health controller', () => {
  test('is found', () => {
    expect(checksHealth(controller(IMPORTS, INJECTED, ''))).toBe(true);
    expect(checksHealth(`import { Controller } from '@nestjs/common';`)).toBe(false);
    expect(checksHealth(`import { TerminusModule } from '@nestjs/terminus';`)).toBe(false);
  });

  test('also checks the migrations', () => {
    expect(withHealthCheck(controller(IMPORTS, INJECTED, `\n      () => this.db.pingCheck('db'),\n    `))).toBe(
      controller(
        `${IMPORTS}\nimport { MigrationsHealthIndicator } from 'nestjs-pg-migrations';`,
        `\n    ${INJECTED},\n    private readonly migrationsHealth: MigrationsHealthIndicator,\n  `,
        `\n      () => this.db.pingCheck('db'),\n      () => this.migrationsHealth.check('migrations'),\n    `,
      ),
    );
  });

  test.each([
    ['several checks', controller(IMPORTS, INJECTED, '') + controller('', '', '')],
    ['a liveness check', controller(IMPORTS, INJECTED, '', "'live'")],
    ['no constructor', controller(IMPORTS, '', '').replace(/constructor.*/, 'health = inject();')],
    ['checks from elsewhere', controller(IMPORTS, INJECTED, '').replace('[]', 'checks')],
  ])('is not changed with %s', (_, text) => {
    expect(withHealthCheck(text)).toBeUndefined();
  });
});
