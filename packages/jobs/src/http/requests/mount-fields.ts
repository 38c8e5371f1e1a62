import {
  aFunction,
  anything,
  finiteNumber,
  having,
  required,
  rule,
  wholeNumber,
} from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import type { EventStreamOptions } from '../events/event-streams.ts';

const mayAuthorize = (value: unknown) => typeof value === 'function' || value === false;

/** The options that each adapter has. */
export const mountFields = {
  engine: required(having('the engine', 'createJob', 'trigger', 'subscribe')),
  authorize: required(
    rule(mayAuthorize, {
      what: 'a function (request, need) that decides who may do what, or false to let everybody do everything',
    }),
  ),
  security: anything,
  events: shape<EventStreamOptions<never>>('limits of event streams such as { maxStreams: 100 }', {
    maxStreams: wholeNumber({ min: 0 }),
    maxStreamsPerPrincipal: wholeNumber({ min: 0 }),
    heartbeatMs: finiteNumber({ min: 1 }, ' of ms'),
    maxAgeMs: finiteNumber({ min: 1 }, ' of ms'),
    isStillAllowed: aFunction('a function (request) => Promise<boolean>'),
  }),
  maxRequests: wholeNumber({ min: 1 }),
};
