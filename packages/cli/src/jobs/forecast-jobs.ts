import { type Forecast, getForecast } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, type Session } from '../rest/rest-command.ts';
import { printFacts, printJson } from '../terminal/print.ts';
import { type Column, createTable } from '../terminal/table.ts';
import { counted, durationText, instantText } from '../terminal/words.ts';

export interface ForecastJobsFlags extends ApiFlags {
  readonly hours: number;
  readonly from: string | undefined;
  readonly type: string | undefined;
  readonly tag: readonly string[] | undefined;
}

type Step = Forecast['steps'][number];

/** `jobs forecast`: the runs to come. */
export const forecastJobsCommand = restCommand(
  async (session, { hours, from, type, tag = [], json }: ForecastJobsFlags) => {
    const forecast = await getForecast(session.api, { hours, from, type, tag: [...tag] });
    if (json) return printJson(session.out, forecast);
    printSummary(session, forecast);
    const busy = forecast.steps.filter(({ runs, paused_runs: paused }) => runs + paused > 0);
    if (busy.length === 0) return;
    session.out.line();
    createTable(session.out, columnsOf(forecast)).print(busy);
  },
);

function printSummary({ out }: Session, forecast: Forecast): void {
  const { runs, busy_ms: busyMs, paused, clashes, quiet, jobs_failed: failed } = forecast;
  printFacts(out, [
    ['From', `${instantText(forecast.from)} to ${instantText(forecast.to)}`],
    ['Jobs', jobsText(forecast)],
    [
      'Runs',
      `${about(forecast)}${counted(runs, 'run')}, which usually take ${durationText(busyMs)} together`,
    ],
    ...(failed === 0
      ? []
      : [['Left out', `${counted(failed, 'job')} whose slots the server cannot compute`] as const]),
    ...(paused.jobs === 0
      ? []
      : [
          [
            'Paused',
            `${counted(paused.jobs, 'job')}, which would add ${counted(paused.runs, 'run')}`,
          ] as const,
        ]),
    ...clashes.map((clash) => ['Clash', clashText(clash)] as const),
    ...(quiet.length === 0
      ? []
      : [
          [
            'Quiet',
            `${quiet.map(({ at }) => instantText(at)).join(', ')}: good times for another job`,
          ] as const,
        ]),
  ]);
}

function jobsText({ jobs, jobs_counted: some, sampled }: Forecast): string {
  if (!sampled) return `${counted(jobs, 'job')} with a schedule`;
  return `${counted(jobs, 'job')} with a schedule; estimated from ${some.toLocaleString('en')} of them`;
}

function about({ sampled }: Forecast): string {
  return sampled ? 'about ' : '';
}

function clashText({ at, runs, times_usual: times, days }: Forecast['clashes'][number]): string {
  const often = days > 1 ? `, on ${days} days` : '';
  return `${counted(runs, 'run')} at ${instantText(at)}${often}: ${Math.round(times)} times the usual minute`;
}

/** A bar is as long as its share of the busiest hour. */
const BAR_WIDTH = 30;

function columnsOf({ steps, step: unit }: Forecast): readonly Column<Step>[] {
  const most = Math.max(...steps.map(({ runs }) => runs), 1);
  const bar = (runs: number) => '#'.repeat(Math.ceil((runs / most) * BAR_WIDTH));
  return [
    { title: unit === 'hour' ? 'HOUR' : 'MINUTE', text: ({ at }) => instantText(at) },
    { title: 'RUNS', text: ({ runs }) => runs.toLocaleString('en') },
    { title: 'BUSY', text: ({ busy_ms: busyMs }) => durationText(busyMs), isOptional: true },
    {
      title: 'PAUSED',
      text: ({ paused_runs: paused }) => (paused === 0 ? '' : paused.toLocaleString('en')),
      isOptional: true,
    },
    { title: '', text: ({ runs }) => bar(runs), isOptional: true },
  ];
}
