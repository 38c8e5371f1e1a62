import { expect, test } from 'vitest';
import { StoreError } from '../../core/model/errors.ts';
import { faultCode } from './sqlite-faults.ts';

const withField = (field: object) => Object.assign(new Error('x'), field);

test.each([
  ['full', withField({ errcode: 13 })],
  // SQLITE_IOERR_SHMSIZE: no room for the index of the log.
  ['full', withField({ errcode: 4874 })],
  ['full', withField({ code: 'ENOSPC' })],
  ['damaged', withField({ errcode: 11 })],
  // SQLITE_CORRUPT_INDEX: an extended code.
  ['damaged', withField({ errcode: 779 })],
  ['damaged', withField({ errcode: 26 })],
  ['unavailable', withField({ errcode: 10 })],
  ['unavailable', withField({ code: 'EACCES' })],
  ['unavailable', 'no error'],
  ['busy', new StoreError('busy', 'x')],
])('the code is %s for the error %j', (code, error) => {
  expect(faultCode(error)).toBe(code);
});
