import { EngineError, RunError } from '@greenvue/jobs';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  Get,
  Header,
  Headers,
  HttpException,
  Module,
  Post,
  Query,
  Redirect,
  Session,
  StreamableFile,
  UnauthorizedException,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter } from '@nestjs/core';
import { checkDisk } from './check-disk.ts';
import { JobsService } from './jobs.ts';
import { checkPassword, METRICS_TOKEN, signInPage } from './login.ts';

@Controller()
export class LoginController {
  @Get('login')
  @Header('content-type', 'text/html')
  form(@Query() query: object) {
    return signInPage('failed' in query);
  }

  @Post('login')
  @Redirect('/admin/jobs', 303)
  signIn(
    @Body() form: { name?: string; password?: string } | undefined,
    @Session() session: { user?: string },
  ) {
    const name = checkPassword(form?.name, form?.password);
    if (name === undefined) return { url: '/login?failed' };
    session.user = name;
    return undefined;
  }

  @Get('logout')
  @Redirect('/login', 303)
  signOut(@Session() session: { user?: string | undefined }) {
    session.user = undefined;
  }
}

@Controller()
export class AppController {
  constructor(private readonly jobs: JobsService) {}

  @Get('metrics')
  async metrics(@Headers('authorization') token?: string) {
    if (token !== `Bearer ${METRICS_TOKEN}`) throw new UnauthorizedException();
    const { metrics } = this.jobs;
    return new StreamableFile(Buffer.from(await metrics.metrics()), { type: metrics.contentType });
  }

  /** Your own routes use jobs, too. The compiler knows the type of `freeGb`. */
  @Get('disk')
  async disk() {
    const { freeGb } = await this.jobs.engine.enqueueAndWait(checkDisk, { path: '.' }, { timeout: '10s' });
    return { freeGb };
  }
}

/** The statuses of errors that routes get from the engine. All others get 500, and NestJS logs them. */
const STATUSES = new Map<string, number>([
  ['invalid', 400],
  ['unavailable', 503],
  ['timeout', 504],
]);

@Catch(EngineError, RunError)
export class JobsErrorFilter extends BaseExceptionFilter {
  override catch(error: EngineError | RunError, host: ArgumentsHost) {
    const status = STATUSES.get(error.code);
    super.catch(status === undefined ? error : new HttpException(error.message, status), host);
  }
}

@Module({
  controllers: [LoginController, AppController],
  providers: [JobsService, { provide: APP_FILTER, useClass: JobsErrorFilter }],
})
export class AppModule {}
