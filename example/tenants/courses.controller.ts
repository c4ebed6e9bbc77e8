import { BadRequestException, Body, Controller, Get, Headers, Inject, Post, UseGuards } from '@nestjs/common';
import pg from 'pg';
import { schemaOf } from './school-name.js';
import { SchoolGuard } from './school.guard.js';

interface Course {
  readonly id: string;
  readonly title: string;
}

/** The courses of the school in the header `x-school`. The guard lets only existing schools pass. */
@Controller('courses')
@UseGuards(SchoolGuard)
export class CoursesController {
  constructor(@Inject(pg.Pool) private readonly pool: pg.Pool) {}

  @Get()
  async all(@Headers('x-school') school: string): Promise<Course[]> {
    const { rows } = await this.pool.query<Course>(`SELECT id, title FROM ${tableOf(school)} ORDER BY id`);
    return rows;
  }

  @Post()
  async add(@Headers('x-school') school: string, @Body() { title }: { title?: unknown }): Promise<Course | undefined> {
    if (typeof title !== 'string') throw new BadRequestException('The title of the course is missing.');
    const insert = `INSERT INTO ${tableOf(school)} (title) VALUES ($1) RETURNING id, title`;
    return (await this.pool.query<Course>(insert, [title])).rows[0];
  }
}

function tableOf(school: string): string {
  return `${pg.escapeIdentifier(schemaOf(school))}.courses`;
}
