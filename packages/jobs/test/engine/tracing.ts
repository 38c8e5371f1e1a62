import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tracing } from '../../src/index.ts';
import { createTracing } from '../../src/opentelemetry/index.ts';
import { silentLogger } from '../silent-logger.ts';
import {
  createHarness,
  type Deps,
  type Harness,
  job,
  type MakeDatabase,
  T0,
  untilAborted,
  work,
} from './engine-harness.ts';

const HOUR = 3_600_000;

/** Uses OpenTelemetry's own SDK. */
export function tracing(makeDatabase: MakeDatabase): void {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
  });
  afterAll(() => {
    context.disable();
    trace.disable();
  });

  let h: Harness;
  let seen: (string | undefined)[];
  beforeEach(async () => {
    exporter.reset();
    seen = [];
    h = await createHarness({ tracing: createTracing() }, makeDatabase);
    handle(() => undefined);
  });
  afterEach(() => h.close());

  /** What the handler does, besides recording its input. */
  const handle = (handler: Deps['handler']) => {
    h.deps.handler = (ctx) => {
      seen.push(ctx.traceparent);
      return handler(ctx);
    };
  };
  /** Does work as part of a request. */
  const request = <T>(work: () => Promise<T>) =>
    trace.getTracer('test').startActiveSpan('request', async (span) => {
      const result = await work();
      span.end();
      return { span, result };
    });
  const attempts = () => exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.CONSUMER);
  const idOf = (span: Span | ReadableSpan | undefined) => span?.spanContext().spanId;
  const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId;
  const traceOf = (span: Span | ReadableSpan | undefined) => span?.spanContext().traceId;

  // Promises P8, retries; P9, lost nodes; P12, cancel; P21, payloads.
  describe('a traced run', () => {
    it('makes each attempt a child of the request that triggered it', async () => {
      await h.engine.createJob(job({ payload: { n: 1 } }));
      const { span, result } = await request(() => h.engine.trigger('job'));
      handle(({ run }) => {
        trace.getTracer('test').startSpan('inside').end();
        if (run.attempt === 1) throw new TypeError('no luck');
      });
      await h.engine.tick();
      h.clock.advance(HOUR);
      await h.engine.tick();

      const [first, second, ...more] = attempts();
      expect(more).toEqual([]);
      for (const attempt of [first, second]) {
        expect(attempt?.name).toBe('run work');
        expect(traceOf(attempt)).toBe(traceOf(span));
        expect(parentOf(attempt)).toBe(idOf(span));
        expect(attempt?.links).toEqual([]);
      }
      const shared = {
        'greenvue.job.id': 'job',
        'greenvue.job.type': 'work',
        'greenvue.run.id': result.run.id,
        'greenvue.run.trigger': 'manual',
      };
      expect(first?.attributes).toEqual({
        ...shared,
        'greenvue.run.attempt': 1,
        'greenvue.run.outcome': 'failed',
        'error.type': 'TypeError',
      });
      expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no luck' });
      expect(first?.events).toMatchObject([
        {
          name: 'exception',
          attributes: {
            'exception.type': 'TypeError',
            'exception.message': 'no luck',
            'exception.stacktrace': expect.stringContaining('TypeError: no luck\n'),
          },
        },
      ]);
      expect(second?.attributes).toEqual({
        ...shared,
        'greenvue.run.attempt': 2,
        'greenvue.run.outcome': 'succeeded',
      });
      expect(second?.status.code).toBe(SpanStatusCode.UNSET);
      expect(seen).toEqual([first, second].map((each) => `00-${traceOf(span)}-${idOf(each)}-01`));
      const inside = exporter.getFinishedSpans().filter(({ name }) => name === 'inside');
      expect(inside.map(parentOf)).toEqual([idOf(first), idOf(second)]);
    });

    it('that has a slot is a trace of its own, with a link to the request that made the job', async () => {
      const { span } = await request(() => h.engine.createJob(job({ onDemand: undefined, interval: '1h' })));
      await request(() => h.engine.patchJob('job', { name: 'Edited' }));
      for (let n = 0; n < 2; n++) {
        h.clock.advance(HOUR);
        await request(() => h.engine.tick());
      }
      const runs = attempts();
      expect(new Set([...runs, span].map(traceOf)).size).toBe(3);
      expect(runs.map(parentOf)).toEqual([undefined, undefined]);
      expect(runs.map(({ links }) => links.map((link) => link.context.spanId))).toEqual([
        [idOf(span)],
        [idOf(span)],
      ]);
      expect(runs[0]?.attributes).toMatchObject({
        'greenvue.run.trigger': 'schedule',
        'greenvue.run.scheduled_for': new Date(T0 + HOUR).toISOString(),
      });
    });

    it('names what made it', async () => {
      await h.engine.createJob(job());
      await h.engine.schedule(work, { id: 'after', after: { job: 'job', on: 'finished' } });
      await h.engine.schedule(work, { id: 'hourly', interval: '1h', catchUp: 'skip', maxAttempts: 1 });
      await h.engine.trigger('job');
      await h.engine.tick();
      h.clock.advance(HOUR);
      handle(() => {
        throw new Error('no luck');
      });
      await h.engine.tick();
      handle(() => undefined);
      const [slot] = (await h.engine.listRuns({ jobId: 'hourly' })).rows;
      await h.engine.retryRun(slot?.run.id ?? '');
      await h.engine.tick();
      await h.engine.backfillJob('hourly', { from: T0, to: T0 + HOUR, onlyMissing: false });
      for (let n = 0; n < 3; n++) await h.engine.tick();
      const made = attempts().map(({ attributes }) => [
        attributes['greenvue.job.id'],
        attributes['greenvue.run.trigger'],
      ]);
      expect(made.sort()).toEqual([
        ['after', 'chain'],
        ['hourly', 'backfill'],
        ['hourly', 'manual'],
        ['hourly', 'schedule'],
        ['job', 'manual'],
      ]);
    });

    it('that code asked for outside of any request is a trace of its own', async () => {
      await h.engine.createJob(job());
      await h.engine.trigger('job');
      await h.engine.tick();
      expect(attempts()).toMatchObject([{ parentSpanContext: undefined, links: [] }]);
    });

    it('stays in its trace when its process is killed and another one takes it back', async () => {
      await h.engine.createJob(job());
      const { span } = await request(() => h.engine.trigger('job'));
      handle(untilAborted);
      await h.engine.tick();
      handle(() => undefined);
      const next = await h.again();
      await next.tick();
      expect(attempts().map(parentOf)).toEqual([idOf(span)]);
      expect(attempts()[0]?.attributes).toMatchObject({ 'greenvue.run.attempt': 1 });
      expect(seen.map((each) => each?.slice(0, 35))).toEqual([`00-${traceOf(span)}`, `00-${traceOf(span)}`]);
    });

    it('that is run again by hand belongs to the request for that', async () => {
      await h.engine.createJob(job({ maxAttempts: 1 }));
      const asked = await request(() => h.engine.trigger('job'));
      handle(() => {
        throw new Error('no');
      });
      await h.engine.tick();
      const again = await request(() => h.engine.retryRun(asked.result.run.id));
      await h.engine.tick();
      expect(attempts().map(parentOf)).toEqual([idOf(asked.span), idOf(again.span)]);
    });

    it('has no error when it is cancelled', async () => {
      await h.engine.createJob(job());
      handle(untilAborted);
      const { run } = await h.engine.trigger('job');
      await h.engine.tick();
      await h.engine.cancelRun(run.id);
      await h.engine.tick();
      expect(attempts()).toMatchObject([
        { status: { code: SpanStatusCode.UNSET }, attributes: { 'greenvue.run.outcome': 'cancelled' } },
      ]);
    });

    it('has an error when its payload is refused, although no handler ran', async () => {
      await h.engine.createJob(job({ payload: { n: 1 } }));
      const { span } = await request(() => h.engine.trigger('job'));
      const stricter = { ...work, payload: z.strictObject({ n: z.int().min(10) }) };
      const next = await h.again({ jobTypes: [stricter] });
      await next.tick();
      expect(attempts().map(parentOf)).toEqual([idOf(span)]);
      expect(attempts()).toMatchObject([
        { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'payload_invalid' } },
      ]);
      expect(seen).toEqual([]);
    });
  });

  // Promise P10, fence.
  it('a tracer that throws costs no run and no settlement, and is reported once', async () => {
    const logged: string[] = [];
    const logger = { ...silentLogger, error: (_: object, message: string) => void logged.push(message) };
    const fail = () => {
      throw new Error('no room for spans');
    };
    const options = (tracing: Tracing) => ({ logger, tracing });
    const throwing: readonly Tracing[] = [
      { current: fail, begin: fail },
      {
        current: () => undefined,
        begin: () => ({ traceparent: undefined, within: (work) => work(), end: fail }),
      },
      {
        current: () => undefined,
        begin: () => ({ traceparent: undefined, within: fail, end: () => undefined }),
      },
      {
        current: () => undefined,
        begin: () => ({
          traceparent: undefined,
          within(work) {
            work();
            return fail();
          },
          end: () => undefined,
        }),
      },
    ];
    for (const tracing of throwing) {
      const other = await createHarness(options(tracing), makeDatabase);
      let calls = 0;
      other.deps.handler = () => void calls++;
      await other.engine.createJob(job({ overlap: 'allow' }));
      const runs = [await other.engine.trigger('job'), await other.engine.trigger('job')];
      await other.engine.tick();
      await other.engine.tick();
      for (const { run } of runs)
        expect((await other.engine.getRun(run.id)).run).toMatchObject({ status: 'succeeded' });
      expect(calls).toBe(runs.length);
      await other.close();
    }
    expect(logged).toEqual(Array(throwing.length).fill('the tracer failed; its span is dropped'));
  });

  it('an engine that traces nothing hands on the trace of the request', async () => {
    await h.engine.createJob(job({ overlap: 'allow' }));
    const { span } = await request(() => h.engine.trigger('job'));
    await h.engine.trigger('job');
    const plain = await createHarness({}, async () => ({
      openStore: () => h.openStore(),
      killAll: async () => undefined,
      dispose: async () => undefined,
    }));
    plain.deps.handler = (ctx) => void seen.push(ctx.traceparent);
    await plain.engine.tick();
    expect(seen).toEqual([`00-${traceOf(span)}-${idOf(span)}-01`, undefined]);
    expect(attempts()).toEqual([]);
    await plain.close();
  });
}
