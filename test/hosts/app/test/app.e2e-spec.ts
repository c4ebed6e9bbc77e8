import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { Adapter } from '../src/adapter.js';
import { AppModule } from '../src/app.module.js';

describe('AppModule (e2e)', () => {
  let app: INestApplication;

  beforeEach(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication(new Adapter());
    await app.listen(0);
  });

  afterEach(() => app.close());

  it('/health (GET)', async () => {
    const { body } = await request(await app.getUrl())
      .get('/health')
      .expect(200);
    expect(body).toMatchObject({ status: 'ok', details: { migrations: { status: 'up', applied: 3, pending: 0 } } });
  });
});
