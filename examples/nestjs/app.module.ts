import {
  Body,
  Controller,
  Get,
  Header,
  Headers,
  Module,
  Post,
  Query,
  Redirect,
  Session,
  UnauthorizedException,
} from '@nestjs/common';
import { register } from 'prom-client';
import { checkDisk } from './check-disk.ts';
import { JobsService } from './jobs.ts';
import { checkPassword, METRICS_TOKEN, signInPage } from './login.ts';

@Controller('login')
export class LoginController {
  @Get()
  @Header('content-type', 'text/html')
  form(@Query() query: object) {
    return signInPage('failed' in query);
  }

  @Post()
  @Redirect('/admin/jobs', 303)
  signIn(@Body() form: { name?: string; password?: string }, @Session() session: { user?: string }) {
    const name = checkPassword(form.name, form.password);
    if (name === undefined) return { url: '/login?failed' };
    session.user = name;
    return undefined;
  }
}

@Controller()
export class AppController {
  constructor(private readonly jobs: JobsService) {}

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(@Headers('authorization') token?: string) {
    if (token !== `Bearer ${METRICS_TOKEN}`) throw new UnauthorizedException();
    return register.metrics();
  }

  /** Your own routes use jobs, too. The compiler knows the type of `freeGb`. */
  @Get('disk')
  async disk() {
    const { freeGb } = await this.jobs.engine.enqueueAndWait(checkDisk, { path: '.' });
    return { freeGb };
  }
}

@Module({ controllers: [LoginController, AppController], providers: [JobsService] })
export class AppModule {}
