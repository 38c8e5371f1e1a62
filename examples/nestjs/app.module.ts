import { Controller, Module, Param, Post } from '@nestjs/common';
import { greet } from '../greet.ts';
import { JobsModule, JobsService } from './jobs.module.ts';

@Controller('greetings')
export class GreetingsController {
  constructor(private readonly jobs: JobsService) {}

  /** Enqueues a run, and answers at once. */
  @Post(':name')
  async greet(@Param('name') name: string) {
    const { view } = await this.jobs.engine.enqueue(greet, { name });
    return { run: view.run.id };
  }
}

@Module({ imports: [JobsModule], controllers: [GreetingsController] })
export class AppModule {}
