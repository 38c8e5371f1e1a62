import { describe, expect, it } from 'vitest';
import { isRestarting, judgeLease, LEASE_MS, type LeaseKnown } from './lease.ts';

const KNOWN: LeaseKnown = { renewedAt: 1_000, renewedOver: 'control', isJudgedByLock: true, said: {} };
const OVER_AT = 1_000 + LEASE_MS;
const SHUTDOWN = '57P01';
const REFUSED = '57P03';

// Promise P9, lost nodes.
describe('how a node judges its own lease', () => {
  it('is valid until one second before its end', () => {
    expect(judgeLease(KNOWN, 1_000)).toEqual({ state: 'kept', again: OVER_AT - 1_000 });
    expect(judgeLease(KNOWN, OVER_AT - 1_001).state).toBe('kept');
    expect(judgeLease(KNOWN, OVER_AT - 1_000)).toEqual({ state: 'ending', again: OVER_AT });
    expect(judgeLease(KNOWN, OVER_AT - 1).state).toBe('ending');
    expect(judgeLease(KNOWN, OVER_AT).state).toBe('over');
  });

  it('is ending 200 ms after the lock was lost: others may take the runs after 500 ms', () => {
    const lost = { ...KNOWN, lockLostAt: 2_000 };
    expect(judgeLease(lost, 2_000)).toEqual({ state: 'kept', again: 2_200 });
    expect(judgeLease(lost, 2_199).state).toBe('kept');
    expect(judgeLease(lost, 2_200)).toEqual({ state: 'ending', again: OVER_AT });
  });

  it('is kept by the spare connection to the end of the lease, once it has written that there is no lock', () => {
    const renewed = { ...KNOWN, renewedOver: 'spare', isJudgedByLock: false, lockLostAt: 900 } as const;
    expect(judgeLease(renewed, 5_000)).toEqual({ state: 'kept_by_spare', again: OVER_AT - 1_000 });
  });

  it('lasts to its end when the server has said that it restarts: no node is declared dead right after that', () => {
    const said = { toControl: SHUTDOWN, toSpare: SHUTDOWN };
    const lost = { ...KNOWN, lockLostAt: 2_000, said };
    expect(judgeLease(lost, 5_000)).toEqual({ state: 'kept', again: OVER_AT - 1_000 });
  });

  it('ends with the lease, even when the lock was lost just before', () => {
    const lost = { ...KNOWN, lockLostAt: OVER_AT - 100 };
    expect(judgeLease(lost, OVER_AT - 100).state).toBe('ending');
  });
});

// Promise P9, lost nodes.
describe('whether the server has reported a restart', () => {
  it('has when it ended both connections, or one and refuses new ones for now', () => {
    expect(isRestarting({ toControl: SHUTDOWN, toSpare: SHUTDOWN })).toBe(true);
    expect(isRestarting({ toControl: SHUTDOWN, onConnecting: REFUSED })).toBe(true);
    expect(isRestarting({ toSpare: SHUTDOWN, onConnecting: REFUSED })).toBe(true);
  });

  it('has when it told one connection of a crash', () => {
    expect(isRestarting({ toSpare: '57P02' })).toBe(true);
  });

  it('has not when it said less, or nothing', () => {
    expect(isRestarting({})).toBe(false);
    expect(isRestarting({ toControl: SHUTDOWN })).toBe(false);
    expect(isRestarting({ onConnecting: REFUSED })).toBe(false);
  });

  it('has not when it refuses connections for another reason, such as that there are too many', () => {
    expect(isRestarting({ toControl: SHUTDOWN, toSpare: SHUTDOWN, onConnecting: '53300' })).toBe(false);
  });
});
