import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.ts';
import { mountJobs } from './mount-jobs.ts';

const app = await NestFactory.create<NestExpressApplication>(AppModule);
mountJobs(app);
try {
  await app.listen(Number(process.env.PORT ?? 3000));
} catch (error) {
  // The engine may have started before the port turned out to be taken.
  await app.close();
  throw error;
}
// Ctrl+C and SIGTERM stop the engine. Before this line, they end the process at once.
app.enableShutdownHooks();
