import { expect, test } from 'vitest';
import { histogramText, quantilesText } from './distribution-text.ts';

test('a histogram is written as Prometheus reads it: each bucket has all that is below its bound', () => {
  const text = histogramText({
    name: 'run_seconds',
    help: 'How long runs took',
    label: 'type',
    series: [
      { value: 'mail', bounds: [0.1, 1], counts: [2, 0, 1], sum: 9.25 },
      { value: 'sweep', bounds: [0.1, 1], counts: [0, 0, 0], sum: 0 },
    ],
  });
  expect(text).toBe(
    [
      '# HELP run_seconds How long runs took',
      '# TYPE run_seconds histogram',
      'run_seconds_bucket{type="mail",le="0.1"} 2',
      'run_seconds_bucket{type="mail",le="1"} 2',
      'run_seconds_bucket{type="mail",le="+Inf"} 3',
      'run_seconds_sum{type="mail"} 9.25',
      'run_seconds_count{type="mail"} 3',
      'run_seconds_bucket{type="sweep",le="0.1"} 0',
      'run_seconds_bucket{type="sweep",le="1"} 0',
      'run_seconds_bucket{type="sweep",le="+Inf"} 0',
      'run_seconds_sum{type="sweep"} 0',
      'run_seconds_count{type="sweep"} 0',
      '',
    ].join('\n'),
  );
});

test('quantiles are those of a summary', () => {
  const quantiles = [
    [0.5, 0.002],
    [1, 1.5],
  ] as const;
  expect(quantilesText({ name: 'late_seconds', help: 'How late', quantiles })).toBe(
    '# HELP late_seconds How late\n# TYPE late_seconds summary\nlate_seconds{quantile="0.5"} 0.002\nlate_seconds{quantile="1"} 1.5\n',
  );
});
