import { describe, expect, it } from 'vitest';
import { definitionFields } from '../src/core/input/definition-fields.ts';
import { unknownField } from '../src/core/input/unknown-field.ts';
import { jobRules } from '../src/engine/input/job-rules.ts';
import { createJobBody } from '../src/http/input/job-input.ts';

const JOB = Object.keys(jobRules.fields);
const REST_JOB = Object.keys(createJobBody.shape);
const TYPE = Object.keys(definitionFields);

describe('a field of the wrong place', () => {
  it.each([
    ['limits', JOB, 'limits belong to the job type: write them in defineJobType({ limits })'],
    ['limits', REST_JOB, 'limits belong to the job type: write them in defineJobType({ limits })'],
    ['onFailed', JOB, 'onFailed belongs to the job type: write it in defineJobType({ onFailed })'],
    ['on_failed', REST_JOB, 'onFailed belongs to the job type: write it in defineJobType({ onFailed })'],
    ['priority', TYPE, 'priority belongs to the job: write it in job(type, { priority })'],
    ['maxRunning', TYPE, 'maxRunning belongs to the job: write it in job(type, { maxRunning })'],
    ['limits', ['interval', 'count'], 'known ones are interval, count'],
    ['every', JOB, 'did you mean interval?'],
  ])('%s', (key, known, detail) => {
    expect(unknownField(key, known)).toBe(`unknown field; ${detail}`);
  });
});
