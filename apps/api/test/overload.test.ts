import { expect, onTestFinished, test } from 'vitest';
import { openStreams, startReceiver } from '../../../scripts/rehearsal/load/processes.ts';
import { startServer } from '../../../scripts/rehearsal/load/server.ts';
import { runPhase } from '../../../scripts/rehearsal/overload/phase.ts';
import { streamsPhase } from '../../../scripts/rehearsal/overload/phases.ts';
import { createJobs, makeTokens, type Target } from '../../../scripts/rehearsal/overload/target.ts';
import { judgeAnswers } from '../../../scripts/rehearsal/overload/verdicts.ts';

/** Each token opens at most 20 streams: together they may open more than the server allows. */
const TOKENS = 8;
const MOST_STREAMS = 100;

test('ten times the event streams, half of them never read: the server sheds them, answers, and has room again', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  const server = await startServer('sqlite');
  onTestFinished(() => server.stop());
  const token = await server.makeToken();
  const tokens = await makeTokens(server.url, token, TOKENS);
  const target: Target = { server, receiver, token, tokens, seconds: 4 };
  await createJobs(target);
  const result = await runPhase({ ...streamsPhase(target), server, token });
  expect(judgeAnswers(result).filter(({ isMet }) => !isMet)).toEqual([]);
  expect(result.load.statuses['200']).toBe(MOST_STREAMS);
  expect(result.load.statuses['503']).toBeGreaterThan(0);
  const again = { port: server.port, tokens, clients: 1, silentShare: 0, seconds: 1 };
  expect((await openStreams(again)).statuses).toEqual({ 200: 1 });
}, 60_000);
