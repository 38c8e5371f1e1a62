import { expect, test } from 'vitest';
import { listOf, textOf, textsOf } from '../../src/testing/test-bodies.ts';
import { startGreenvue, useGreenvue } from '../../src/testing/test-greenvue.ts';
import { freePort } from '../../src/testing/test-process.ts';
import { startSmtp } from '../../src/testing/test-smtp.ts';

// Nothing listens there.
const server = useGreenvue({ SMTP_URL: 'smtp://127.0.0.1:1' });

test('a job is run and followed to its end; its runs are listed, shown and tried again', async () => {
  const greenvue = server();
  await greenvue.done(
    'jobs',
    'create',
    'index',
    '--name',
    'Index',
    '--type',
    'update_search_index',
    '--on-demand',
  );

  const ran = await greenvue.run('jobs', 'run', 'index', '--wait');
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(
    /^Run \d+ of index is (queued|running)\.\n(.*\n)*Run \d+ succeeded after .*\n {2}\{"indexed":0,.*\}\n$/,
  );
  const whole = await greenvue.json('jobs', 'run', 'index', '--wait', '--payload', '{"fullReindex":true}');
  expect(whole).toMatchObject({ status: 'succeeded', payload: { fullReindex: true } });

  const first = await greenvue.json('jobs', 'run', 'index', '--dedupe-key', 'one');
  expect(textOf(await greenvue.json('jobs', 'run', 'index', '--dedupe-key', 'one'), 'id')).toBe(
    textOf(first, 'id'),
  );

  const id = textOf(whole, 'id');
  expect(await greenvue.done('runs', 'show', id)).toMatch(
    new RegExp(
      `^Run +${id}\nJob +index\nType +update_search_index\nStatus +succeeded\nSlot +manual\nAttempt +1\n`,
    ),
  );
  const ids = textsOf(
    listOf(await greenvue.json('runs', 'list', '--job', 'index', '--limit', 'all'), 'data'),
    'id',
  );
  expect(ids).toHaveLength(3);
  expect(await greenvue.done('runs', 'list')).toMatch(/^RUN +JOB +STATUS +SLOT +QUEUED +TOOK +ATTEMPT\n/);

  const retried = await greenvue.run('runs', 'retry', id, '--wait', '--json');
  expect(JSON.parse(retried.stdout)).toMatchObject({ status: 'succeeded', retry_of: id });
  expect(await greenvue.run('runs', 'cancel', id)).toMatchObject({ code: 6, stdout: '' });
  expect(await greenvue.json('runs', 'logs', id)).toEqual({ data: expect.any(Array) });
  expect((await greenvue.run('runs', 'logs', id, '-f')).code).toBe(0);
  expect((await greenvue.run('runs', 'show', '99999999')).code).toBe(5);
});

test('a followed run that fails ends with 7 and says why, and what waits for its retry is cancelled', async () => {
  const greenvue = server();
  await greenvue.mailDue();
  const job = ['--name', 'Mails', '--type', 'send_notifications', '--on-demand'];
  await greenvue.done('jobs', 'create', 'once', ...job, '--max-attempts', '1');
  const failed = await greenvue.run('jobs', 'run', 'once', '--wait');
  expect(failed.code).toBe(7);
  expect(failed.stderr).toMatch(
    /Run (\d+) failed: error after .*\n {2}\w*Error: .*\n {4}caused by: Error: .*\nFor details, run greenvue runs show \1\n$/,
  );
  const [id = ''] = /\d{10,}/.exec(failed.stderr) ?? [];
  expect((await greenvue.run('runs', 'logs', id, '--follow')).code).toBe(7);
  const shown = await greenvue.done('runs', 'show', id);
  expect(shown).toMatch(/\nStatus +failed: error\n/);
  expect(shown).toMatch(
    /\n\nAttempt 1 failed: error at .*\n {2}\w*Error: .*\n {4}caused by: Error: .*\n\nAdd --stacks to see where in the code each error was thrown\.\n$/,
  );
  expect(await greenvue.done('jobs', 'list')).toMatch(/\nonce +failing /);

  await greenvue.done('jobs', 'create', 'later', ...job, '--backoff-initial', '1h');
  const waiting = textOf(await greenvue.json('jobs', 'run', 'later'), 'id');
  await expect
    .poll(() => greenvue.done('runs', 'show', waiting))
    .toMatch(/\nStatus +queued, retry in (59|1 h|54|55|56|57|58)/);
  expect(await greenvue.done('runs', 'cancel', waiting)).toBe(`Run ${waiting} is cancelled.\n`);
  expect(await greenvue.json('runs', 'list', '--status', 'cancelled')).toMatchObject({
    data: [{ id: waiting }],
  });
});

test('why a job did not run last night is found, mended and made up for', async () => {
  const port = await freePort();
  const greenvue = await startGreenvue({ SMTP_URL: `smtp://127.0.0.1:${port}` });
  await greenvue.mailDue();
  const job = ['--name', 'M', '--type', 'send_notifications', '--interval', '24h', '--max-attempts', '1'];
  await greenvue.done('jobs', 'create', 'mails', ...job);
  // As by its slot, at an hour when the mail server was away.
  expect((await greenvue.run('jobs', 'run', 'mails', '--wait')).code).toBe(7);

  expect(await greenvue.done('jobs', 'list', '--health', 'unhealthy')).toMatch(/\nmails +failing /);
  const shown = await greenvue.done('jobs', 'show', 'mails');
  expect(shown).toMatch(/\nState +failing since .* (.* ago|\(now)\): the last run failed\n/);
  const [, run = ''] = /\nTo see why it failed, run greenvue runs show (\d+)\n$/.exec(shown) ?? [];
  expect(await greenvue.done('runs', 'show', run)).toMatch(
    /\nStatus +failed: error\n(.*\n)*Attempt 1 failed: error at .*\n.*The mail server can't send: connect ECONNREFUSED/,
  );
  await startSmtp({}, port);
  expect(await greenvue.done('runs', 'retry', run, '--wait')).toMatch(
    /\nRun \d+ succeeded after .*\n {2}\{"sent":1,"failed":0,"remaining":0\}\n$/,
  );
  expect((await greenvue.run('jobs', 'list', '--health', 'unhealthy')).stderr).toBe(
    'There are no such jobs.\n',
  );
  expect(await greenvue.done('jobs', 'show', 'mails')).toMatch(/\nState +ok\n/);
});

test('the stack of an error is shown to who asks for it, and no other', async () => {
  const greenvue = server();
  await greenvue.mailDue();
  await greenvue.done(
    'jobs',
    'create',
    'once',
    '--name',
    'M',
    '--type',
    'send_notifications',
    '--on-demand',
    '--max-attempts',
    '1',
  );
  const failed = await greenvue.run('jobs', 'run', 'once', '--wait');
  const [id = ''] = /\d{10,}/.exec(failed.stderr) ?? [];
  const cli = greenvue.start('runs', 'show', id, '--stacks');
  expect(await cli.ended()).toBe(0);
  expect(cli.output.stdout).toMatch(/\n {2}(\w*Error: .*)\n {6}at .*\n/);
  const [, head = ''] = /\n {2}(\w*Error: .*)\n {6}at /.exec(cli.output.stdout) ?? [];
  expect(cli.output.stdout.split(head)).toHaveLength(2);
});

test('types and stats are shown', async () => {
  const greenvue = server();
  expect(await greenvue.done('types')).toMatch(
    /^TYPE +RUNS IN +TIMEOUT +ATTEMPTS +DESCRIPTION\n(.*\n)*send_notifications /,
  );
  expect(await greenvue.done('types', 'send_notifications')).toMatch(
    /\n\nPAYLOAD FIELD +KIND +DEFAULT +MEANS\n(.*\n)*batchSize +integer from 1 to 1000 +50/,
  );
  expect(await greenvue.json('types', 'send_notifications')).toMatchObject({ defaults: { batchSize: 50 } });
  expect(await greenvue.run('types', 'nothing')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('send_notifications'),
  });
  expect(await greenvue.done('stats')).toMatch(
    /^Jobs +0 active, 0 paused, 0 finished\nHealth +0 ok, 0 paused\nRuns +0 running, 0 queued, 0 held\n(.*\n)+\nNODE +HEALTH +PLACES .*\n\S+ +ok +0 of 10 busy /,
  );
  expect(await greenvue.json('stats')).toMatchObject({ nodes: [{ health: 'ok' }] });
});

test('the changes of jobs are listed, with who made them', async () => {
  const greenvue = server();
  await greenvue.done('jobs', 'create', 'a', '--name', 'A', '--type', 'update_search_index', '--on-demand');
  await greenvue.done('jobs', 'pause', 'a');
  expect(await greenvue.done('audit', '--target', 'a')).toMatch(
    /^AT +ACTOR +ACTION +TARGET +JOB +CHANGE\n\S+ \S+Z +token:\S+ +job\.pause +a +A .*\n.* job\.create +a +A .*\n$/,
  );
  expect(await greenvue.json('audit', '--target', 'a', '--action', 'job.pause')).toMatchObject({
    data: [{ action: 'job.pause', target: 'a' }],
    next_cursor: null,
  });
});
